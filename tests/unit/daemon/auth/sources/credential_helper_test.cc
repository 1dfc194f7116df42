#include "daemon/auth/sources/credential_helper.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/script.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

TEST(HelperAnswer, IsACredentialAnIdentityTokenOrNone) {
  const auto basic =
      parse_helper_answer({0, R"({"ServerURL":"s","Username":"u","Secret":"p"})", {}});
  ASSERT_TRUE(basic.ok());
  EXPECT_EQ(**basic, (Credential{.username = "u", .password = "p"}));

  const auto token = parse_helper_answer({0, R"({"Username":"<token>","Secret":"R"})", {}});
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(**token, (Credential{.identity_token = "R"}));

  for (const ProgramOutput& output :
       {ProgramOutput{1, "credentials not found in native keychain\n", {}},
        ProgramOutput{0, R"({"ServerURL":"s","Username":"","Secret":""})", {}}}) {
    const auto none = parse_helper_answer(output);
    ASSERT_TRUE(none.ok()) << describe(none.error());
    EXPECT_EQ(*none, std::nullopt);
  }
}

TEST(HelperAnswer, SaysWhyItIsNoneWithoutSecrets) {
  const std::vector<std::pair<ProgramOutput, std::string>> table{
      {{1, "no credentials server URL\n", ""}, "exit status 1: no credentials server URL"},
      {{1, "no credentials username", "hm"}, "exit status 1: no credentials username"},
      {{1, "hush\n", ""}, "exit status 1, and what it prints is not for the log"},
      {{1, "no credentials username hush", "no gpg"}, "exit status 1: no gpg"},
      {{2, "", "no gpg"}, "exit status 2: no gpg"},
      {{3, "", ""}, "exit status 3"},
      {{137, R"({"Username":"u","Secret":"hush"})", ""},
       "exit status 137, and what it prints is not for the log"},
      {{0, "", ""}, "an answer without a Secret"},
      {{0, "credentials not found in native keychain", ""}, "an answer without a Secret"},
      {{0, R"({"Username":"u","Secret":""})", ""}, "an answer without a Secret"},
      {{0, R"({"Username":"","Secret":"hush"})", ""}, "an answer without a Username"},
      {{0, "{}", ""}, "an answer without a Secret"},
      {{0, R"({"Secret":""})", ""}, "an answer without a Secret"},
      {{0, R"(["hush"])", ""}, "an answer without a Secret"},
      {{0, R"({"Username":"u","Secret":1})", ""}, "an answer without a Secret"}};
  for (const auto& [answer, complaint] : table) {
    const auto found = parse_helper_answer(answer);

    ASSERT_FALSE(found.ok()) << answer.output;
    EXPECT_EQ(describe(found.error()), "upstream_down: " + complaint);
  }
  const auto endless = parse_helper_answer({1, "", std::string(1000, 'x')});
  EXPECT_LT(endless.error().context.size(), 250U);
}

class CredentialHelperTest : public ::testing::Test {
 protected:
  CredentialHelperTest() {
    std::filesystem::create_directory(first_);
    std::filesystem::create_directory(second_);
  }
  Result<std::optional<Credential>> ask(const std::string& name) {
    return ask_credential_helper(helpers_, name, "reg.example:5000", {"reg.example:5000", "a"},
                                 clock_);
  }

  testing::TempDirectory directory_;
  const std::filesystem::path first_ = directory_.path() / "first";
  const std::filesystem::path second_ = directory_.path() / "second";
  testing::FakeClock clock_;
  CredentialHelpers helpers_{{first_, second_}, {"FOO=bar"}};
};

TEST_F(CredentialHelperTest, IsAskedAsTheProtocolHasIt) {
  testing::write_script(second_ / "docker-credential-test",
                        "[ $# = 1 ] && [ \"$1\" = get ] || exit 9\n"
                        "printf '{\"Username\":\"%s\",\"Secret\":\"%s\"}' \"$FOO\" \"$(cat)\"");

  const auto found = ask("test");

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(**found, (Credential{.username = "bar", .password = "reg.example:5000"}));
}

TEST_F(CredentialHelperTest, IsTheFirstThatCanBeRun) {
  const std::string answer = "echo '{\"Username\":\"u\",\"Secret\":\"second\"}'";
  testing::write_script(second_ / "docker-credential-test", answer);
  std::ofstream(first_ / "docker-credential-test") << "text";
  EXPECT_EQ((**ask("test")).password, "second");

  testing::write_script(first_ / "docker-credential-test",
                        "echo '{\"Username\":\"u\",\"Secret\":\"first\"}'");
  EXPECT_EQ((**ask("test")).password, "first");
}

TEST_F(CredentialHelperTest, IsNotFoundOutsideItsFolders) {
  const auto found = ask("test");

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(describe(found.error()),
            "not_found: no docker-credential-test in " + first_.string() + ", " + second_.string());
}

TEST_F(CredentialHelperTest, HasAPlainName) {
  testing::write_script(second_ / "evil", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  std::filesystem::create_directory(first_ / "docker-credential-x");
  for (const std::string& name :
       {std::string("x/../../second/evil"), std::string(), std::string("a b"),
        std::string("a\0", 2), std::string(65, 'a')}) {
    EXPECT_EQ(ask(name).error().code, Errc::invalid) << name;
  }
  EXPECT_EQ(ask("x").error().code, Errc::not_found);
}

TEST_F(CredentialHelperTest, IsNamedWhenItFails) {
  const auto path =
      testing::write_script(first_ / "docker-credential-test", "echo locked >&2; exit 1");

  EXPECT_EQ(describe(ask("test").error()),
            "upstream_down: run " + path + ": exit status 1: locked");
}

}  // namespace
}  // namespace larder::auth
