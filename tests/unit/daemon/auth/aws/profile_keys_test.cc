#include "daemon/auth/aws/profile_keys.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

constexpr const char* kProfileRole = "arn:aws:iam::123456789012:role/mirror";

const Properties kStanding{{"aws_access_key_id", "AKID"}, {"aws_secret_access_key", "s3cret"}};

// What a credential_source gives: keys, or the reason why not.
class FixedAnswer final : public KeyProvider {
 public:
  explicit FixedAnswer(Answer answer) : answer_(std::move(answer)) {}
  std::string_view name() const override { return "fixed"; }
  Result<Answer> keys(const Patience&) override { return answer_; }

 private:
  const Answer answer_;
};

class ProfileKeysTest : public ::testing::Test {
 protected:
  Result<Answer> find(const std::string& name) {
    const ProfileTools tools{
        client_,
        clock_,
        {testing::environment_of(variables_), {}, "eu-west-1"},
        [](const auth::ProgramRun& run) -> Result<auth::ProgramOutput> {
          return auth::ProgramOutput{
              0, R"({"Version":1,"AccessKeyId":")" + run.path + R"(","SecretAccessKey":"s"})", ""};
        },
        [](std::string_view source) -> std::unique_ptr<KeyProvider> {
          if (source == "Absent") {
            return std::make_unique<FixedAnswer>(Answer::not_configured("it is not here"));
          }
          if (source != "EcsContainer") return nullptr;
          return std::make_unique<FixedAnswer>(Answer::of({"ECS", "s", "", {}}, "container"));
        }};
    return ProfileKeys(profiles_, tools, testing::patient(clock_)).find(name);
  }
  // With whose keys the role was asked for.
  std::string signer() const {
    const std::string text = client_.authorizations().front();
    const auto begin = text.find("Credential=") + 11;
    return text.substr(begin, text.find('/', begin) - begin);
  }

  testing::FakeClock clock_;
  testing::FakeClient client_{{testing::FakeAnswer{.body = testing::sts_keys_xml("AssumeRole")}}};
  std::map<std::string, std::string> variables_;
  Profiles profiles_;
};

TEST_F(ProfileKeysTest, StandInTheProfile) {
  profiles_["ci"] = kStanding;
  profiles_["ci"]["aws_session_token"] = "t";

  const auto answer = find("ci");

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->keys(), (Keys{"AKID", "s3cret", "t", std::nullopt}));
  EXPECT_EQ(answer->told(), "profile \"ci\"");
}

TEST_F(ProfileKeysTest, CountMoreThanAProgram) {
  profiles_["ci"] = kStanding;
  profiles_["ci"]["credential_process"] = "/bin/x";

  EXPECT_EQ(find("ci")->keys().access_key_id, "AKID");
}

TEST_F(ProfileKeysTest, ArePrintedByAProgram) {
  profiles_["ci"] = {{"credential_process", "/bin/helper --x"}};

  const auto answer = find("ci");

  EXPECT_EQ(answer->keys().access_key_id, "/bin/helper");
  EXPECT_EQ(answer->told(), "profile \"ci\", credential_process");
}

TEST_F(ProfileKeysTest, AreOfARoleForAnotherProfilesKeys) {
  profiles_["base"] = kStanding;
  profiles_["ci"] = {{"role_arn", kProfileRole},  {"source_profile", "base"},
                     {"region", "eu-west-2"},     {"external_id", "x"},
                     {"duration_seconds", "900"}, {"role_session_name", "ci-job"}};

  const auto answer = find("ci");

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->keys().access_key_id, "ASIASTS");
  EXPECT_EQ(answer->told(),
            "profile \"ci\", arn:aws:iam::123456789012:role/mirror by profile \"base\"");
  EXPECT_EQ(signer(), "AKID");
  EXPECT_EQ(client_.urls().front(), "POST https://sts.eu-west-2.amazonaws.com/");
  EXPECT_THAT(client_.requests().front().body,
              ::testing::EndsWith("&RoleSessionName=ci-job&DurationSeconds=900&ExternalId=x"));
}

TEST_F(ProfileKeysTest, AreOfARoleForItsOwnKeys) {
  profiles_["ci"] = kStanding;
  profiles_["ci"].insert({{"role_arn", kProfileRole}, {"source_profile", "ci"}});

  EXPECT_EQ(find("ci")->keys().access_key_id, "ASIASTS");
  EXPECT_EQ(signer(), "AKID");
}

TEST_F(ProfileKeysTest, AreOfARoleForARolesKeys) {
  profiles_["base"] = {{"credential_process", "/bin/helper"}};
  profiles_["middle"] = {{"role_arn", kProfileRole}, {"source_profile", "base"}};
  profiles_["ci"] = {{"role_arn", kProfileRole}, {"source_profile", "middle"}};

  ASSERT_TRUE(find("ci").ok());

  ASSERT_EQ(client_.count(), 2U);
  EXPECT_THAT(client_.authorizations()[1], ::testing::HasSubstr("Credential=ASIASTS/"));
}

TEST_F(ProfileKeysTest, AreOfARoleForASourcesKeys) {
  profiles_["ci"] = {{"role_arn", kProfileRole}, {"credential_source", "EcsContainer"}};

  EXPECT_EQ(find("ci")->told(),
            "profile \"ci\", arn:aws:iam::123456789012:role/mirror by container");
  EXPECT_EQ(signer(), "ECS");
}

TEST_F(ProfileKeysTest, AreOfARoleForAToken) {
  const testing::TempDirectory directory;
  testing::FakeClient& client = client_;
  profiles_["ci"] = {
      {"role_arn", kProfileRole},
      {"web_identity_token_file", testing::write_file(directory.path() / "token", "eyJ").string()}};

  const auto answer = find("ci");

  // The answer is one to AssumeRole: what matters here is the question.
  EXPECT_EQ(answer.error().code, Errc::upstream_down);
  EXPECT_THAT(client.requests().front().body, ::testing::HasSubstr("WebIdentityToken=eyJ"));
  EXPECT_EQ(client.authorizations().front(), "(none)");
}

TEST_F(ProfileKeysTest, MayBeNone) {
  profiles_["ci"] = {{"region", "eu-west-1"}};

  const auto answer = find("ci");

  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->has_keys());
  EXPECT_EQ(answer->told(), "profile \"ci\" has no keys");
}

struct BadProfile {
  Properties ci;
  const char* why;
};

class BadProfiles : public ProfileKeysTest, public ::testing::WithParamInterface<BadProfile> {};

TEST_P(BadProfiles, SayWhatIsWrong) {
  profiles_["ci"] = GetParam().ci;
  profiles_["empty"] = {};
  profiles_["loop"] = {{"role_arn", kProfileRole}, {"source_profile", "ci"}};

  const auto answer = find("ci");

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(describe(answer.error()), std::string("invalid: profile \"ci\": ") + GetParam().why);
  EXPECT_EQ(client_.count(), 0U);
}

constexpr const char* kNeedsOneSource =
    "role_arn needs one of source_profile, credential_source, web_identity_token_file";

INSTANTIATE_TEST_SUITE_P(
    Table, BadProfiles,
    ::testing::Values(
        BadProfile{{{"aws_access_key_id", "A"}}, "the secret access key is empty"},
        BadProfile{{{"aws_secret_access_key", "s3cret"}}, "the access key ID is empty"},
        BadProfile{{{"role_arn", kProfileRole}}, kNeedsOneSource},
        BadProfile{{{"role_arn", kProfileRole},
                    {"source_profile", "empty"},
                    {"credential_source", "EcsContainer"}},
                   kNeedsOneSource},
        BadProfile{{{"role_arn", kProfileRole}, {"source_profile", "none"}},
                   "profile \"none\" does not exist"},
        BadProfile{{{"role_arn", kProfileRole}, {"source_profile", "empty"}},
                   "source_profile: profile \"empty\" has no keys"},
        BadProfile{{{"role_arn", kProfileRole}, {"source_profile", "loop"}},
                   "profile \"loop\": source_profile leads round in a loop"},
        BadProfile{{{"role_arn", kProfileRole}, {"credential_source", "Moon"}},
                   "credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata"},
        BadProfile{{{"role_arn", kProfileRole}, {"credential_source", "Absent"}},
                   "credential_source Absent: it is not here"},
        BadProfile{{{"role_arn", kProfileRole}, {"mfa_serial", "x"}}, "mfa_serial needs a person"},
        BadProfile{{{"role_arn", kProfileRole}, {"duration_seconds", "1h"}},
                   "duration_seconds is no number"},
        BadProfile{{{"sso_session", "x"}}, "IAM Identity Center (sso_*) needs a person to log in"},
        BadProfile{{{"role_arn", "x"}, {"region", "a/b"}}, "region \"a/b\": not a region"}));

TEST_F(ProfileKeysTest, AreNotLookedForThroughAnEndlessRowOfProfiles) {
  for (int i = 0; i < 100; ++i) {
    profiles_[std::to_string(i)] = {{"role_arn", kProfileRole},
                                    {"source_profile", std::to_string(i + 1)}};
  }
  profiles_["100"] = kStanding;

  EXPECT_EQ(find("0").error().code, Errc::invalid);
  EXPECT_TRUE(find("95").ok());
}

}  // namespace
}  // namespace larder::aws
