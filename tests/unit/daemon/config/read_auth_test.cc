// What all kinds of auth share, and the kinds that need no more: anonymous and basic.
#include "daemon/config/read_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(Auth, IsAnonymousByDefault) {
  EXPECT_EQ(parsed("upstreams: [{match: a.io}]").upstreams.at(0).auth, Auth{});
  EXPECT_EQ(parsed_auth("kind: anonymous"), Auth{});
}

TEST(Auth, ReadsAPasswordsPlaceButNeverThePassword) {
  EXPECT_EQ(parsed_auth("kind: basic, username: u, password_file: p"),
            (Auth{AuthKind::basic, "u", {"p", ""}}));
  EXPECT_EQ(parsed_auth("kind: basic, username: u, password_env: B_PASSWORD"),
            (Auth{AuthKind::basic, "u", {"", "B_PASSWORD"}}));
}

TEST(Auth, KeepsRealmsAsHostsOfUrlsAreCompared) {
  EXPECT_THAT(parsed_auth("kind: ecr, realms: [Auth.Example, 10.0.0.1, localhost]").realms,
              ElementsAre("auth.example", "10.0.0.1", "localhost"));
  EXPECT_THAT(parsed_auth("kind: anonymous, realms: []").realms, IsEmpty());
}

TEST(Auth, MayDifferAtAnEndpoint) {
  const Upstream upstream =
      parsed(
          "upstreams: [{match: a.io, auth: {kind: gcp}, "
          "endpoints: ['https://a.io', {url: 'https://b.io', auth: {kind: acr}}]}]")
          .upstreams.at(0);

  EXPECT_EQ(upstream.auth.kind, AuthKind::gcp);
  EXPECT_EQ(upstream.endpoints.at(0).auth, std::nullopt);
  EXPECT_EQ(upstream.endpoints.at(1).auth.value().kind, AuthKind::acr);
}

TEST(ToString, NamesAKindAsTheFileDoes) {
  EXPECT_EQ(to_string(AuthKind::anonymous), "anonymous");
  EXPECT_EQ(to_string(AuthKind::docker_config), "docker-config");
  EXPECT_EQ(to_string(AuthKind::acr), "acr");
}

TEST(Auth, RefusesAnInlinePasswordWithoutRepeatingIt) {
  for (const std::string kind : {"basic, username: u", "anonymous", "unknown"}) {
    EXPECT_THAT(
        problems_of_auth("kind: " + kind + ", password: hunter2"),
        AllOf(HasSubstr("f.yaml:2: upstreams[0].auth.password: got a secret"),
              HasSubstr("secrets come from a file or the environment"), Not(HasSubstr("hunter2"))));
  }
}

TEST(Auth, DoesNotRepeatAPasswordInTheWrongPlace) {
  EXPECT_THAT(problems_of_auth("kind: basic, username: u, password_env: 'hunter2!'"),
              AllOf(HasSubstr("got something else"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(problems_of_auth("kind: basic, username: 'u:hunter2', password_file: /p"),
              AllOf(HasSubstr("got something else"), Not(HasSubstr("hunter2"))));
}

class BadAuths : public TestWithParam<BadAuth> {};

TEST_P(BadAuths, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of_auth(GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0].auth" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadAuths,
    Values(BadAuth{"", ".kind", "got nothing"}, BadAuth{"username: u", ".kind", "gcp or acr"},
           BadAuth{"kind: digest", ".kind", "anonymous, basic, docker-config"},
           BadAuth{"kind: [basic]", ".kind", "got a list"},
           BadAuth{"kind: docker_config", ".kind", "got \"docker_config\""},
           BadAuth{"kind: anonymous, username: u", ".username", "only with kind: basic"},
           BadAuth{"kind: anonymous, file: /f", ".file", "unknown key"},
           BadAuth{"kind: basic, password_file: /p", ".username", "got nothing"},
           BadAuth{"kind: basic, username: 'a:b', password_file: /p", ".username", "colon"},
           BadAuth{"kind: basic, username: u", ".password_file", "or password_env"},
           BadAuth{"kind: basic, username: u, password_env: 1A", ".password_env", "the name"},
           BadAuth{"kind: basic, username: u, password_file: /p, password_env: P", ".password_env",
                   "both"},
           BadAuth{"kind: basic, username: u, password_file: /p, token: t", ".token",
                   "unknown key"},
           BadAuth{"kind: gcp, realms: auth.example", ".realms", "a list of hosts"},
           BadAuth{"kind: gcp, realms: ['*.example']", ".realms[0]", "without a port"},
           BadAuth{"kind: gcp, realms: [a, 'b:443']", ".realms[1]", "without a port"},
           BadAuth{"kind: gcp, realms: ['https://b']", ".realms[0]", "without a port"},
           BadAuth{"kind: gcp, realms: ['']", ".realms[0]", "the host of a token server"},
           BadAuth{"kind: gcp, realms: [[a]]", ".realms[0]", "got a list"}));

}  // namespace
}  // namespace larder::config
