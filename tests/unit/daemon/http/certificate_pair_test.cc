#include "daemon/http/certificate_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/http/certificate_files.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;

class CertificatePairTest : public ::testing::Test {
 protected:
  CertificateFiles issue() {
    const auto issued = authority_.issue();
    return {issued.certificate_file, issued.key_file};
  }
  static std::string failure_of(const CertificateFiles& files) {
    const auto pair = CertificatePair::read(files, "server");
    return pair ? "none" : pair.error().context;
  }

  testing::TestAuthority authority_;
};

TEST_F(CertificatePairTest, IsReadWithItsKey) {
  const auto pair = CertificatePair::read(issue(), "server");

  ASSERT_TRUE(pair.ok());
  EXPECT_EQ(X509_check_private_key((*pair)->certificate.get(), (*pair)->key.get()), 1);
}

TEST_F(CertificatePairTest, NamesTheFileThatIsNotThere) {
  EXPECT_THAT(failure_of({"/nowhere/tls.crt", issue().key}), HasSubstr("/nowhere/tls.crt"));
  EXPECT_THAT(failure_of({issue().certificate, "/nowhere/tls.key"}), HasSubstr("/nowhere/tls.key"));
}

TEST_F(CertificatePairTest, IsRefusedWithAnothersKey) {
  const auto files = issue();

  EXPECT_THAT(failure_of({files.certificate, issue().key}), HasSubstr("key"));
  EXPECT_THAT(failure_of({files.key, files.key}), HasSubstr(files.key));
}

TEST(CertificateFiles, HaveAVersionThatChangesWithTheirContent) {
  const testing::TempDirectory directory;
  const std::string file = directory.path() / "tls.crt";
  EXPECT_EQ(version_of({file}), "");
  std::ofstream(file) << "old";
  const auto before = version_of({file});
  EXPECT_EQ(version_of({file}), before);

  std::ofstream(file) << "longer";

  EXPECT_NE(version_of({file}), before);
}

}  // namespace
}  // namespace larder::http
