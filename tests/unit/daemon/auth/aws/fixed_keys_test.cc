#include "daemon/auth/aws/fixed_keys.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::environment_of;

class FixedKeysTest : public ::testing::Test {
 protected:
  Result<Answer> of_environment() {
    return EnvironmentKeys(environment_of(variables_)).keys(testing::patient(clock_));
  }
  Result<Answer> of_config(const KeyPlaces& places) {
    return ConfiguredKeys(places, environment_of(variables_)).keys(testing::patient(clock_));
  }

  testing::FakeClock clock_;
  testing::TempDirectory directory_;
  std::map<std::string, std::string> variables_;
};

TEST_F(FixedKeysTest, OfTheEnvironmentAreThere) {
  variables_ = {{"AWS_ACCESS_KEY_ID", "AKID"},
                {"AWS_SECRET_ACCESS_KEY", "s"},
                {"AWS_SESSION_TOKEN", "t"},
                {"AWS_SECURITY_TOKEN", "old"},
                {"AWS_CREDENTIAL_EXPIRATION", "2026-01-15T14:30:00Z"}};

  const auto answer = of_environment();

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->keys(), (Keys{"AKID", "s", "t", testing::kTestExpiry}));
  EXPECT_EQ(answer->told(), "environment");
}

TEST_F(FixedKeysTest, OfTheEnvironmentMayHaveAnOldName) {
  variables_ = {
      {"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SECURITY_TOKEN", "old"}};

  EXPECT_EQ(of_environment()->keys(), (Keys{"AKID", "s", "old", std::nullopt}));
}

TEST_F(FixedKeysTest, OfTheEnvironmentMayNotBeSet) {
  variables_ = {{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SESSION_TOKEN", "t"}};

  const auto answer = of_environment();

  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->has_keys());
  EXPECT_EQ(answer->told(), "AWS_ACCESS_KEY_ID is not set");
}

TEST_F(FixedKeysTest, OfTheEnvironmentAreWholeOrWrong) {
  variables_ = {{"AWS_ACCESS_KEY_ID", "AKID"}};
  EXPECT_EQ(describe(of_environment().error()), "invalid: the secret access key is empty");
  variables_ = {{"AWS_SECRET_ACCESS_KEY", "s"}};
  EXPECT_EQ(describe(of_environment().error()), "invalid: the access key ID is empty");
  variables_ = {{"AWS_ACCESS_KEY_ID", "AKID"},
                {"AWS_SECRET_ACCESS_KEY", "s"},
                {"AWS_CREDENTIAL_EXPIRATION", "soon"}};
  EXPECT_EQ(of_environment().error().code, Errc::invalid);
}

TEST_F(FixedKeysTest, OfTheConfigAreReadAtEachUse) {
  const KeyPlaces places{"AKID", {directory_.path() / "secret", ""}, {"", "TOKEN"}};
  variables_ = {{"TOKEN", "t"}};

  testing::write_file(places.secret_access_key.file, "s1\n");
  EXPECT_EQ(of_config(places)->keys(), (Keys{"AKID", "s1", "t", std::nullopt}));
  testing::write_file(places.secret_access_key.file, "s2\n");
  EXPECT_EQ(of_config(places)->keys().secret_access_key, "s2");
}

TEST_F(FixedKeysTest, OfTheConfigHaveToBeThere) {
  EXPECT_EQ(of_config({"AKID", {directory_.path() / "none", ""}}).error().code, Errc::not_found);
  EXPECT_EQ(describe(of_config({"AKID", {"", "SECRET"}}).error()),
            "not_found: environment variable SECRET is not set");
  EXPECT_EQ(of_config({"AKID", {}}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::aws
