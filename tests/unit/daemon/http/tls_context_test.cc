#include "daemon/http/tls_context.h"

#include <gmock/gmock.h>

#include "tests/support/test_certificates.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;

struct BadFile {
  std::string file;
  std::string reason;
};

class BadCaFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadCaFile, IsRefusedForWhatIsWrongWithIt) {
  const auto context = TlsContext::create(GetParam().file, {});

  ASSERT_FALSE(context.ok());
  EXPECT_EQ(context.error().code, Errc::invalid);
  EXPECT_EQ(context.error().context.find("CA file " + GetParam().file + ": "), 0u);
  EXPECT_THAT(context.error().context, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(Table, BadCaFile,
                         ::testing::Values(BadFile{"/no/such/ca.pem", "No such file or directory"},
                                           BadFile{"/proc/self/status/ca.pem", "Not a directory"},
                                           BadFile{"/proc/self/status", "error:"}));

TEST(TlsContext, SaysWhichClientKeyIsMissing) {
  const testing::TestAuthority authority;

  const auto context =
      TlsContext::create("", {.certificate = authority.ca_file(), .key = "/no/such/key.pem"});

  ASSERT_FALSE(context.ok());
  EXPECT_EQ(context.error().context,
            "client key: read /no/such/key.pem: No such file or directory");
}

}  // namespace
}  // namespace larder::http
