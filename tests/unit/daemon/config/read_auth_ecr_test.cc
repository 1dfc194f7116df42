// The kind ecr.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/read_auth.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(EcrAuth, NeedsNothing) {
  const Auth auth = parsed_auth("kind: ecr");

  EXPECT_EQ(auth.kind, AuthKind::ecr);
  EXPECT_EQ(auth.ecr, Ecr{});
}

TEST(EcrAuth, MayNameAProfileARoleAndServices) {
  const Ecr ecr =
      parsed_auth(
          "kind: ecr, region: eu-west-1, profile: my ci, "
          "role_arn: 'arn:aws:iam::123456789012:role/pull', role_session_name: larder@node-1, "
          "external_id: 'a:b/c', api_url: 'https://vpce.example', sts_url: 'http://127.0.0.1:1', "
          "metadata_url: 'http://[fd00:ec2::254]', container_url: 'http://169.254.170.23/v1/x'")
          .ecr;

  EXPECT_EQ(ecr, (Ecr{.region = "eu-west-1",
                      .profile = "my ci",
                      .role_arn = "arn:aws:iam::123456789012:role/pull",
                      .role_session_name = "larder@node-1",
                      .external_id = "a:b/c",
                      .api_url = "https://vpce.example",
                      .sts_url = "http://127.0.0.1:1",
                      .metadata_url = "http://[fd00:ec2::254]",
                      .container_url = "http://169.254.170.23/v1/x"}));
}

TEST(EcrAuth, MayHaveAnAccessKeyWithASecretElsewhere) {
  const Ecr ecr = parsed_auth(
                      "kind: ecr, access_key_id: AKIA1, secret_access_key_file: /run/secret, "
                      "session_token_env: TOKEN")
                      .ecr;

  EXPECT_EQ(ecr.access_key_id, "AKIA1");
  EXPECT_EQ(ecr.secret_access_key, (SecretPlace{"/run/secret", ""}));
  EXPECT_EQ(ecr.session_token, (SecretPlace{"", "TOKEN"}));
}

class SecretsInTheWrongPlace : public TestWithParam<std::string> {};

TEST_P(SecretsInTheWrongPlace, AreRefusedAndNotRepeated) {
  const std::string problems = problems_of_auth("kind: ecr, " + GetParam());

  EXPECT_THAT(problems, AllOf(HasSubstr("upstreams[0].auth."), Not(HasSubstr("hunter2"))));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SecretsInTheWrongPlace,
    Values("access_key_id: A, secret_access_key: hunter2", "session_token: hunter2",
           "access_key_id: hunter2/+, secret_access_key_env: P",
           "access_key_id: A, secret_access_key_file: hunter2",
           "access_key_id: A, secret_access_key_env: hunter2+",
           "access_key_id: A, secret_access_key_env: P, session_token_file: hunter2"));

class BadEcrs : public TestWithParam<BadAuth> {};

TEST_P(BadEcrs, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of_auth(GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0].auth" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

const std::string kKey = "kind: ecr, access_key_id: AKIA, secret_access_key_env: P, ";

INSTANTIATE_TEST_SUITE_P(
    Table, BadEcrs,
    Values(BadAuth{"kind: ecr, region: eu.west", ".region", "such as eu-west-1"},
           BadAuth{"kind: ecr, region: " + std::string(64, 'a'), ".region", "such as eu-west-1"},
           BadAuth{"kind: ecr, profile: 'a]'", ".profile", "the name of a profile"},
           BadAuth{"kind: ecr, role_arn: pull", ".role_arn", "the ARN of a role"},
           BadAuth{"kind: ecr, role_arn: 'arn:aws:iam::1:role/a b'", ".role_arn", "the ARN"},
           BadAuth{"kind: ecr, role_session_name: ci", ".role_session_name", "only with role_arn"},
           BadAuth{"kind: ecr, external_id: 8f1c", ".external_id", "only with role_arn"},
           BadAuth{"kind: ecr, role_arn: 'arn:aws:iam::123456789012:role/a', role_session_name: a",
                   ".role_session_name", "2 to 64"},
           BadAuth{"kind: ecr, role_arn: 'arn:aws:iam::123456789012:role/a', external_id: 'a b'",
                   ".external_id", "2 to 1224"},
           BadAuth{"kind: ecr, access_key_id: AKIA", ".secret_access_key_file", "got nothing"},
           BadAuth{"kind: ecr, secret_access_key_file: /s", ".secret_access_key_file",
                   "only with access_key_id"},
           BadAuth{"kind: ecr, session_token_env: T", ".session_token_env",
                   "only with access_key_id"},
           BadAuth{kKey + "secret_access_key_file: /s", ".secret_access_key_env", "one of them"},
           BadAuth{kKey + "session_token_file: /s, session_token_env: T", ".session_token_env",
                   "one of them"},
           BadAuth{kKey + "profile: p", ".profile", "only without access_key_id"},
           BadAuth{kKey + "metadata_url: 'http://m'", ".metadata_url", "without access_key_id"},
           BadAuth{kKey + "container_url: 'http://c'", ".container_url", "without access_key_id"},
           BadAuth{"kind: ecr, api_url: api.ecr.example", ".api_url", "scheme"},
           BadAuth{"kind: ecr, sts_url: 'https://'", ".sts_url", "host or port"},
           BadAuth{"kind: ecr, account: 1", ".account", "an unknown key"},
           BadAuth{"kind: ecr, endpoints: {api: 'https://a'}", ".endpoints", "an unknown key"}));

}  // namespace
}  // namespace larder::config
