#include "daemon/auth/aws/profiles.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::environment_of;
using testing::write_file;

TEST(SharedFiles, AreInTheHomeFolder) {
  const std::map<std::string, std::string> variables{{"HOME", "/home/u"}};

  const auto files = shared_files_of(environment_of(variables));

  EXPECT_EQ(files.credentials, "/home/u/.aws/credentials");
  EXPECT_EQ(files.config, "/home/u/.aws/config");
}

TEST(SharedFiles, AreWhereTheEnvironmentSays) {
  const std::map<std::string, std::string> variables{
      {"HOME", "/home/u"}, {"AWS_SHARED_CREDENTIALS_FILE", "/c"}, {"AWS_CONFIG_FILE", "~/d"}};

  const auto files = shared_files_of(environment_of(variables));

  EXPECT_EQ(files.credentials, "/c");
  EXPECT_EQ(files.config, "/home/u/d");
}

TEST(SharedFiles, AreNoneWithoutAHome) {
  const std::map<std::string, std::string> variables;

  EXPECT_TRUE(shared_files_of(environment_of(variables)).credentials.empty());
}

TEST(Profiles, OfTheCredentialsFileCountMore) {
  const auto profiles =
      merge_profiles({{"ci", {{"aws_access_key_id", "new"}}}},
                     {{"profile ci", {{"aws_access_key_id", "old"}, {"region", "eu-west-1"}}}});

  EXPECT_EQ(profiles, (Profiles{{"ci", {{"aws_access_key_id", "new"}, {"region", "eu-west-1"}}}}));
}

TEST(Profiles, OfTheConfigFileHaveAPrefix) {
  const auto profiles = merge_profiles({}, {{"ci", {{"a", "1"}}},
                                            {"sso-session x", {{"a", "2"}}},
                                            {"default", {{"a", "3"}, {"b", "3"}}},
                                            {"profile default", {{"a", "4"}}}});

  EXPECT_EQ(profiles, (Profiles{{"default", {{"a", "4"}, {"b", "3"}}}}));
}

class ProfileFilesTest : public ::testing::Test {
 protected:
  testing::TempDirectory directory_;
  const SharedFiles files_{directory_.path() / "credentials", directory_.path() / "config"};
};

TEST_F(ProfileFilesTest, AreNoneWhereThereAreNoFiles) {
  EXPECT_EQ(*load_profiles(files_), Profiles());
  EXPECT_EQ(*load_profiles({}), Profiles());
}

TEST_F(ProfileFilesTest, AreOfBothFiles) {
  write_file(files_.credentials, "[a]\nk=v\n");
  write_file(files_.config, "[profile b]\nk=w\n");

  EXPECT_EQ(*load_profiles(files_), (Profiles{{"a", {{"k", "v"}}}, {"b", {{"k", "w"}}}}));
}

TEST_F(ProfileFilesTest, NameTheFileAndLineThatCannotBeRead) {
  write_file(files_.config, "[profile b]\nsecret\n");

  EXPECT_EQ(describe(load_profiles(files_).error()),
            "invalid: " + files_.config.string() +
                ": line 2 is neither a [section] nor a property of one");
}

TEST_F(ProfileFilesTest, AreBoundedInSize) {
  write_file(files_.credentials, std::string((1 << 20) + 1, '\n'));

  EXPECT_EQ(load_profiles(files_).error().code, Errc::invalid);
}

TEST(Property, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(property({{"a", "b"}}, "a"), "b");
  EXPECT_EQ(property({{"a", "b"}}, "c"), "");
}

}  // namespace
}  // namespace larder::aws
