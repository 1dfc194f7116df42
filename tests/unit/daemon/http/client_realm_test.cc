// What stands for the authorities of a listener's clients.
#include "daemon/http/client_realm.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>
#include <memory>

#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"

namespace larder::http {
namespace {

class ClientRealmTest : public ::testing::Test {
 protected:
  // Of a context that trusts what the files hold, in one bundle.
  std::string realm_of(const std::vector<std::string>& files) {
    const std::string bundle = directory_.path() / "bundle.pem";
    {
      std::ofstream out(bundle);
      for (const auto& file : files) out << std::ifstream(file).rdbuf();
    }
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()),
                                                                    SSL_CTX_free);
    if (!files.empty()) SSL_CTX_load_verify_file(context.get(), bundle.c_str());
    return client_realm_of(*context);
  }

  testing::TempDirectory directory_;
  testing::TestAuthority one_;
  testing::TestAuthority two_;
};

TEST_F(ClientRealmTest, IsTheSameForTheSameAuthoritiesInWhateverOrder) {
  const auto both = realm_of({one_.ca_file(), two_.ca_file()});

  EXPECT_EQ(both.size(), 64U);
  EXPECT_EQ(realm_of({two_.ca_file(), one_.ca_file()}), both);
}

TEST_F(ClientRealmTest, IsAnotherOneForOtherAuthorities) {
  const auto one = realm_of({one_.ca_file()});

  EXPECT_NE(realm_of({two_.ca_file()}), one);
  EXPECT_NE(realm_of({one_.ca_file(), two_.ca_file()}), one);
}

TEST_F(ClientRealmTest, IsEmptyWithoutAny) {
  EXPECT_EQ(realm_of({}), "");
}

}  // namespace
}  // namespace larder::http
