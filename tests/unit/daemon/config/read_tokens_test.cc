#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections.h"
#include "parsed.h"

namespace larder::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(TokensSection, HasDefaults) {
  const Tokens tokens = parsed("tokens: {}").tokens;

  EXPECT_EQ(tokens, Tokens{});
  EXPECT_EQ(tokens.issuer, "larder");
  EXPECT_EQ(tokens.service, "larder");
  EXPECT_EQ(tokens.lifetime, minutes(5));
  EXPECT_EQ(tokens.keys, (TokenKeys{"", false, hours(30 * 24)}));
  EXPECT_EQ(tokens.grants, (TenantGrants{minutes(15), hours(24)}));
  EXPECT_FALSE(tokens.anonymous);
  EXPECT_THAT(tokens.issuers, IsEmpty());
}

TEST(TokensSection, IsRead) {
  const Tokens tokens = parsed(
                            "tokens:\n"
                            "  issuer: https://larder.example\n"
                            "  service: node-mirror\n"
                            "  lifetime: 1h\n"
                            "  with_certificate: true\n"
                            "  keys: {file: /var/lib/keys.json, rotation: 2d}\n"
                            "  htpasswd: /etc/larder/htpasswd\n"
                            "  access_keys: /etc/larder/access-keys\n"
                            "  anonymous: true\n"
                            "  grants: {ttl: 1s, grace: 0}\n")
                            .tokens;

  EXPECT_EQ(tokens, (Tokens{"https://larder.example",
                            "node-mirror",
                            hours(1),
                            true,
                            {"/var/lib/keys.json", false, hours(48)},
                            "/etc/larder/htpasswd",
                            "/etc/larder/access-keys",
                            true,
                            {},
                            {Milliseconds(1000), Milliseconds(0)}}));
}

TEST(TokensSection, MayShareKeysThatAreOnlyRead) {
  EXPECT_EQ(parsed("tokens: {keys: {file: /run/keys, read_only: true}}").tokens.keys,
            (TokenKeys{"/run/keys", true}));
}

struct BadTokens {
  std::string yaml;   // between the braces
  std::string start;  // of the problem, after "f.yaml:1: tokens"
  std::string what;
};

class BadTokenSections : public TestWithParam<BadTokens> {};

TEST_P(BadTokenSections, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of("tokens: {" + GetParam().yaml + "}");

  EXPECT_THAT(problems, StartsWith("f.yaml:1: tokens" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadTokenSections,
    Values(BadTokens{"issuer: ''", ".issuer", "got \"\""},
           BadTokens{"issuer: 'a b'", ".issuer", "without space"},
           BadTokens{"service: 'a\"b'", ".service", "without space"},
           BadTokens{"service: " + std::string(256, 'a'), ".service", "at most 255"},
           BadTokens{"lifetime: 59s", ".lifetime", "from 1m to 1h"},
           BadTokens{"lifetime: 1h1ms", ".lifetime", "from 1m to 1h"},
           BadTokens{"with_certificate: 1", ".with_certificate", "true or false"},
           BadTokens{"keys: /f", ".keys", "a mapping"},
           BadTokens{"keys: {file: keys.json}", ".keys.file", "an absolute path"},
           BadTokens{"keys: {rotation: 47h}", ".keys.rotation", "from 2d to 365d"},
           BadTokens{"keys: {read_only: true}", ".keys.file", "got nothing"},
           BadTokens{"keys: {file: /f, read_only: true, rotation: 30d}", ".keys.rotation",
                     "only without read_only"},
           BadTokens{"keys: {secret: x}", ".keys.secret", "an unknown key"},
           BadTokens{"htpasswd: htpasswd", ".htpasswd", "an absolute path"},
           BadTokens{"access_keys: keys", ".access_keys", "an absolute path"},
           BadTokens{"htpasswd: {alice: x}", ".htpasswd", "got a mapping"},
           BadTokens{"anonymous: yes", ".anonymous", "true or false"},
           BadTokens{"grants: 15m", ".grants", "a mapping"},
           BadTokens{"grants: {ttl: 999ms}", ".grants.ttl", "from 1s to 1d"},
           BadTokens{"grants: {ttl: 25h}", ".grants.ttl", "from 1s to 1d"},
           BadTokens{"grants: {grace: 31d}", ".grants.grace", "from 0s to 30d"},
           BadTokens{"grants: {life: 1m}", ".grants.life", "an unknown key"},
           BadTokens{"issuers: {}", ".issuers", "a list of issuers"},
           BadTokens{"issuer_url: x", ".issuer_url", "an unknown key"}));

TEST(TokensSection, MustBeAMapping) {
  EXPECT_THAT(problems_of("tokens: true"), StartsWith("f.yaml:1: tokens: got \"true\""));
}

}  // namespace
}  // namespace larder::config
