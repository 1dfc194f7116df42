#include "daemon/http/pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;

class PemTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::ofstream(file_) << text;
    return file_;
  }
  static std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static std::string refusal(const std::string& file) {
    const auto certificates = read_certificates("CA", file);
    return certificates.ok() ? "" : certificates.error().context;
  }

  testing::TempDirectory directory_;
  const std::string file_ = directory_.path() / "some.pem";
  testing::TestAuthority authority_;
  const testing::ServerCertificate issued_ = authority_.issue({});
};

TEST_F(PemTest, HoldsCertificatesOneAfterTheOther) {
  const auto one = text_of(issued_.certificate_file);

  EXPECT_EQ(read_certificates("CA", write(one + "words between\n" + one))->size(), 2U);
}

TEST_F(PemTest, HoldsAKey) {
  EXPECT_TRUE(read_private_key("key", issued_.key_file).ok());
  EXPECT_THAT(read_private_key("key", issued_.certificate_file).error().context,
              HasSubstr("key " + issued_.certificate_file + ": "));
}

TEST_F(PemTest, IsRefusedWithItsNameWhenItIsNone) {
  EXPECT_THAT(refusal("/no/such.pem"), HasSubstr("CA: read /no/such.pem: No such file"));
  EXPECT_THAT(refusal(write("words")), HasSubstr("CA " + file_ + ": "));
  EXPECT_THAT(refusal(write("")), HasSubstr("CA " + file_ + ": "));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("no regular file"));
}

TEST_F(PemTest, IsRefusedWhenALaterCertificateIsDamaged) {
  const auto one = text_of(issued_.certificate_file);

  EXPECT_THAT(refusal(write(one + one.substr(0, one.size() - 30))), HasSubstr("CA " + file_));
  EXPECT_THAT(refusal(write(one + one.substr(0, 60))), HasSubstr("CA " + file_));
  EXPECT_EQ(refusal(write(one + "\n\n")), "");
}

TEST_F(PemTest, ThatIsAPipeKeepsNobodyWaiting) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);

  EXPECT_THAT(refusal(file_), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace larder::http
