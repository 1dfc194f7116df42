#include "daemon/auth/aws/shared_files.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

class SharedFilesKeysTest : public ::testing::Test {
 protected:
  Result<Answer> keys(const std::string& profile = "") {
    const StsLocator locator{testing::environment_of(variables_), {}, "eu-west-1"};
    SharedFilesKeys provider(files_, profile, {client_, clock_, locator, {}, {}});
    return provider.keys(testing::patient(clock_));
  }

  testing::FakeClock clock_;
  testing::FakeClient client_{{testing::FakeAnswer{}}};
  testing::TempDirectory directory_;
  const SharedFiles files_{
      testing::write_file(directory_.path() / "credentials",
                          "[default]\naws_access_key_id=A\naws_secret_access_key=s\n"
                          "[ci]\naws_access_key_id=B\naws_secret_access_key=s\n"
                          "[cd]\naws_access_key_id=C\naws_secret_access_key=s\n"),
      directory_.path() / "config"};
  std::map<std::string, std::string> variables_;
};

TEST_F(SharedFilesKeysTest, AreOfTheProfileThatIsNamed) {
  EXPECT_EQ(keys()->keys().access_key_id, "A");
  variables_["AWS_PROFILE"] = "ci";
  EXPECT_EQ(keys()->keys().access_key_id, "B");
  EXPECT_EQ(keys("cd")->keys().access_key_id, "C");
}

TEST_F(SharedFilesKeysTest, SeeAChangedFile) {
  ASSERT_TRUE(keys().ok());
  testing::write_file(files_.credentials,
                      "[default]\naws_access_key_id=NEW\naws_secret_access_key=s\n");

  EXPECT_EQ(keys()->keys().access_key_id, "NEW");
}

TEST_F(SharedFilesKeysTest, MayNotBeSetUp) {
  std::filesystem::remove(files_.credentials);

  const auto answer = keys();

  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->has_keys());
  EXPECT_EQ(answer->told(), "there is no default profile");
}

TEST_F(SharedFilesKeysTest, MustHaveAProfileThatSomebodyNamed) {
  variables_["AWS_PROFILE"] = "none";

  EXPECT_EQ(describe(keys().error()), "invalid: profile \"none\" does not exist");
  EXPECT_EQ(describe(keys("other").error()), "invalid: profile \"other\" does not exist");
}

TEST_F(SharedFilesKeysTest, FailWithTheFile) {
  testing::write_file(files_.config, "nonsense");

  EXPECT_EQ(keys().error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::aws
