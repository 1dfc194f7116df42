#include "daemon/auth/sources/docker_config_credentials.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/script.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

class DockerConfigCredentialsTest : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }
  void write_helper(const std::string& name, const std::string& body) {
    testing::write_script(directory_.path() / ("docker-credential-" + name), body);
  }
  Result<std::vector<Credential>> find(const std::string& host) {
    return source_.credentials({host, "team/app"});
  }
  std::vector<std::string> passwords(const std::string& host) {
    const auto found = find(host);
    EXPECT_TRUE(found.ok()) << describe(found.error());
    std::vector<std::string> all;
    for (const auto& one : found ? *found : std::vector<Credential>()) all.push_back(one.password);
    return all;
  }

  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "config.json";
  testing::FakeClock clock_;
  DockerConfigCredentials source_{file_, {{directory_.path()}, {}}, clock_};
};

using Passwords = std::vector<std::string>;
constexpr const char* kEcho = R"sh(printf '{"Username":"u","Secret":"%s"}' "$(cat)")sh";
constexpr const char* kHasNone = "echo credentials not found in native keychain; exit 1";

TEST_F(DockerConfigCredentialsTest, SeesTheFileChange) {
  write(R"({"auths": {"quay.io": {"auth": "dTpw"}}})");
  EXPECT_EQ(passwords("quay.io"), Passwords{"p"});
  EXPECT_EQ(passwords("ghcr.io"), Passwords{});

  write(R"({"auths": {"ghcr.io": {"auth": "dTpw"}}})");
  EXPECT_EQ(passwords("quay.io"), Passwords{});
  EXPECT_EQ(passwords("ghcr.io"), Passwords{"p"});
}

TEST_F(DockerConfigCredentialsTest, ReadsADockercfg) {
  const auto file = directory_.path() / ".dockercfg";
  std::ofstream(file) << R"({"quay.io": {"auth": "dTpw"}})";

  const auto found = DockerConfigCredentials(file, {}, clock_).credentials({"quay.io", "a"});

  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->front().password, "p");
}

TEST_F(DockerConfigCredentialsTest, AsksTheHelperOfTheRegistryOrElseTheStore) {
  write_helper("own", kEcho);
  write_helper("store", R"(cat >&2; echo '{"Username":"u","Secret":"stored"}')");
  write(R"({"credHelpers": {"reg.example:5000": "own"}, "credsStore": "store"})");

  EXPECT_EQ(passwords("reg.example:5000"), Passwords{"reg.example:5000"});
  EXPECT_EQ(passwords("quay.io"), Passwords{"stored"});
}

TEST_F(DockerConfigCredentialsTest, AsksForTheHubUnderItsOldName) {
  write_helper("store", kEcho);
  write(R"({"credsStore": "store"})");

  EXPECT_EQ(passwords("docker.io"), Passwords{"https://index.docker.io/v1/"});
  EXPECT_EQ(passwords("quay.io"), Passwords{"quay.io"});
}

TEST_F(DockerConfigCredentialsTest, GoesOnWithWhatIsWritten) {
  write_helper("has-none", kHasNone);
  write_helper("echo", kEcho);
  write(R"({"auths": {"quay.io": {"auth": "dTpw"}, "reg.example": {"auth": "dTpw"}, "x.io": {}},
            "credHelpers": {"reg.example": "echo"}, "credsStore": "has-none"})");

  EXPECT_EQ(passwords("quay.io"), Passwords{"p"});
  EXPECT_EQ(passwords("reg.example"), (Passwords{"reg.example", "p"}));
  EXPECT_EQ(passwords("x.io"), Passwords{});
}

TEST_F(DockerConfigCredentialsTest, NamesTheFileInEveryError) {
  EXPECT_EQ(find("quay.io").error().code, Errc::not_found);
  for (const char* text : {"hush", R"({"auths": {"quay.io": {"auth": "hush"}}})",
                           R"({"credsStore": "missing"})", R"({"credsStore": "../hush"})"}) {
    write(text);

    const auto found = find("quay.io");

    ASSERT_FALSE(found.ok()) << text;
    EXPECT_NE(found.error().context.find(file_.string()), std::string::npos) << text;
    EXPECT_EQ(found.error().context.find("hush"), std::string::npos) << text;
  }
}

TEST_F(DockerConfigCredentialsTest, DoesNotWaitForAHelperForEver) {
  write_helper("slow", "sleep 1000");
  write(R"({"credsStore": "slow"})");

  CredentialQuestion question{"quay.io", "a"};
  question.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  EXPECT_EQ(source_.credentials(question).error().code, Errc::timeout);
}

}  // namespace
}  // namespace larder::auth
