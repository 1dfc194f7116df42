// The kinds gcp and acr.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/read_auth.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(GcpAuth, IsReadWithItsDefaults) {
  const Auth auth = parsed_auth("kind: gcp");

  EXPECT_EQ(auth.kind, AuthKind::gcp);
  EXPECT_EQ(auth.gcp, (Gcp{"default", ""}));
}

TEST(GcpAuth, MayNameAnAccountAndAServer) {
  EXPECT_EQ(parsed_auth("kind: gcp, service_account: a-b@p.iam.gserviceaccount.com, "
                        "metadata_url: 'http://127.0.0.1:8080'")
                .gcp,
            (Gcp{"a-b@p.iam.gserviceaccount.com", "http://127.0.0.1:8080"}));
}

TEST(AcrAuth, IsTheMachinesIdentityByDefault) {
  const Auth auth = parsed_auth("kind: acr");

  EXPECT_EQ(auth.kind, AuthKind::acr);
  EXPECT_EQ(auth.acr, Acr{});
  EXPECT_EQ(auth.acr.identity, AcrIdentity::managed);
}

TEST(AcrAuth, MayNameTheMachinesIdentity) {
  const Acr acr = parsed_auth(
                      "kind: acr, identity: managed, client_id: 0-1, tenant: t.example, "
                      "resource: 'https://containerregistry.azure.net', "
                      "metadata_url: 'http://127.0.0.1:1', registry_url: 'https://r.example/x'")
                      .acr;

  EXPECT_EQ(acr, (Acr{AcrIdentity::managed, "0-1", "t.example", "", "",
                      "https://containerregistry.azure.net", "http://127.0.0.1:1",
                      "https://r.example/x"}));
}

TEST(AcrAuth, MayBeThePodsIdentity) {
  const Acr acr = parsed_auth(
                      "kind: acr, identity: workload, client_id: c, tenant: t, "
                      "token_file: /run/token, authority: 'https://login.example/'")
                      .acr;

  EXPECT_EQ(acr, (Acr{AcrIdentity::workload, "c", "t", "/run/token", "https://login.example/"}));
}

class BadClouds : public TestWithParam<BadAuth> {};

TEST_P(BadClouds, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of_auth(GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0].auth" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

const std::string kWorkload = "kind: acr, identity: workload, ";

INSTANTIATE_TEST_SUITE_P(
    Table, BadClouds,
    Values(BadAuth{"kind: gcp, service_account: ''", ".service_account", "got \"\""},
           BadAuth{"kind: gcp, service_account: a/b", ".service_account", "e-mail address"},
           BadAuth{"kind: gcp, service_account: " + std::string(257, 'a'), ".service_account",
                   "e-mail address"},
           BadAuth{"kind: gcp, metadata_url: metadata.google.internal", ".metadata_url", "scheme"},
           BadAuth{"kind: gcp, metadata_url: 'http://m?x'", ".metadata_url", "query"},
           BadAuth{"kind: gcp, metadata_url: [a]", ".metadata_url", "got a list"},
           BadAuth{"kind: gcp, region: x", ".region", "an unknown key"},
           BadAuth{"kind: acr, identity: system", ".identity", "managed or workload"},
           BadAuth{"kind: acr, client_id: 'a b'", ".client_id", "the client id"},
           BadAuth{"kind: acr, tenant: []", ".tenant", "got a list"},
           BadAuth{"kind: acr, resource: management.azure.com", ".resource", "scheme"},
           BadAuth{"kind: acr, registry_url: 'ftp://a'", ".registry_url", "scheme"},
           BadAuth{"kind: acr, token_file: /t", ".token_file", "only with identity: workload"},
           BadAuth{"kind: acr, authority: 'https://l'", ".authority", "identity: workload"},
           BadAuth{"kind: acr, service_account: x", ".service_account", "an unknown key"},
           BadAuth{kWorkload + "token_file: token", ".token_file", "the absolute path"},
           BadAuth{kWorkload + "authority: 'https://u:p@l'", ".authority", "a user name"},
           BadAuth{kWorkload + "metadata_url: 'http://m'", ".metadata_url",
                   "only with identity: managed"}));

}  // namespace
}  // namespace larder::config
