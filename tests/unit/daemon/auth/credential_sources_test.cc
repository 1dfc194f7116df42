#include "daemon/auth/credential_sources.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

class CredentialFileTest : public ::testing::Test {
 protected:
  void write(const std::string& content) { std::ofstream(file_, std::ios::binary) << content; }
  Result<std::vector<Credential>> credentials() { return source_.credentials({}); }

  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "password";
  FileCredentials source_{"user", file_};
};

TEST_F(CredentialFileTest, GivesTheContentWithoutItsLastNewline) {
  const std::vector<std::pair<std::string, std::string>> table{{"secret", "secret"},
                                                               {"secret\n", "secret"},
                                                               {"secret\r\n", "secret"},
                                                               {"secret\n\n", "secret\n"},
                                                               {" se cret ", " se cret "}};
  for (const auto& [content, password] : table) {
    write(content);

    const auto found = credentials();

    ASSERT_TRUE(found.ok()) << describe(found.error());
    EXPECT_EQ(found->front().username, "user");
    EXPECT_EQ(found->front().password, password);
  }
}

TEST_F(CredentialFileTest, SeesARotatedSecret) {
  write("old\n");
  ASSERT_EQ(credentials()->front().password, "old");
  write("new\n");

  EXPECT_EQ(credentials()->front().password, "new");
}

TEST_F(CredentialFileTest, IsNotFoundWhenMissing) {
  const auto found = credentials();

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_NE(found.error().context.find(file_.string()), std::string::npos);
}

TEST_F(CredentialFileTest, IsInvalidWhenEmptyOrEndless) {
  write("\n");
  EXPECT_EQ(credentials().error().code, Errc::invalid);

  EXPECT_EQ(FileCredentials("user", "/dev/zero").credentials({}).error().code, Errc::invalid);
}

TEST_F(CredentialFileTest, IsAnErrorWhenItIsADirectory) {
  EXPECT_EQ(FileCredentials("user", directory_.path()).credentials({}).error().code, Errc::invalid);
}

TEST(EnvironmentCredentials, GivesTheVariablesValue) {
  ASSERT_EQ(::setenv("LARDER_TEST_PASSWORD", "secret", 1), 0);

  const auto found = EnvironmentCredentials("user", "LARDER_TEST_PASSWORD").credentials({});

  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->front().username, "user");
  EXPECT_EQ(found->front().password, "secret");
}

TEST(EnvironmentCredentials, IsNotFoundWithoutTheVariable) {
  ASSERT_EQ(::setenv("LARDER_TEST_EMPTY", "", 1), 0);

  for (const char* name : {"LARDER_TEST_EMPTY", "LARDER_TEST_MISSING"}) {
    const auto found = EnvironmentCredentials("user", name).credentials({});

    ASSERT_FALSE(found.ok());
    EXPECT_EQ(describe(found.error()),
              "not_found: environment variable " + std::string(name) + " is not set");
  }
}

TEST(AnonymousCredentials, HaveNone) {
  EXPECT_EQ(AnonymousCredentials().credentials({})->empty(), true);
}

}  // namespace
}  // namespace larder::auth
