#include "daemon/auth/sources/pull_secrets.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

constexpr const char* kJsonType = "kubernetes.io/dockerconfigjson";

class FakePullSecrets final : public PullSecrets {
 public:
  Result<PullSecret> secret(const PullSecretName& name, const CredentialQuestion&) override {
    const auto found = secrets.find(name.secret_namespace + "/" + name.name);
    if (found == secrets.end()) return Error{Errc::not_found, "no such secret"};
    return found->second;
  }

  std::map<std::string, PullSecret> secrets;
};

PullSecret secret_with(const std::string& auths) {
  return {kJsonType, {{".dockerconfigjson", R"({"auths": )" + auths + "}"}}};
}

class PullSecretTest : public ::testing::Test {
 protected:
  Result<std::vector<Credential>> find(const std::string& host) {
    return source_.credentials({host, "team/app"});
  }

  FakePullSecrets secrets_;
  PullSecretCredentials source_{secrets_, {{"prod", "one"}, {"prod", "two"}}};
};

TEST_F(PullSecretTest, GivesWhatAllSecretsHaveTheMostSpecificFirst) {
  secrets_.secrets["prod/one"] = secret_with(R"({"quay.io": {"auth": "YTpi"}})");
  secrets_.secrets["prod/two"] =
      secret_with(R"({"quay.io": {"auth": "dTpw"}, "quay.io/team": {"auth": "eDp5"}})");

  const auto found = find("quay.io");

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(*found, (std::vector<Credential>{{.username = "x", .password = "y"},
                                             {.username = "a", .password = "b"},
                                             {.username = "u", .password = "p"}}));
}

TEST_F(PullSecretTest, ReadsTheOlderType) {
  secrets_.secrets["prod/one"] = {"kubernetes.io/dockercfg",
                                  {{".dockercfg", R"({"quay.io": {"auth": "dTpw"}})"}}};
  secrets_.secrets["prod/two"] = secret_with("{}");

  EXPECT_EQ(find("quay.io")->size(), 1U);
  EXPECT_EQ(find("ghcr.io")->size(), 0U);
}

TEST_F(PullSecretTest, IsHonouredAsKubeletDoes) {
  secrets_.secrets["prod/one"] = secret_with(R"({"quay.io": {"identitytoken": "R"}})");
  secrets_.secrets["prod/two"] = secret_with(R"({"quay.io": {"registrytoken": "T"}})");

  EXPECT_EQ(find("quay.io")->size(), 0U);
}

TEST_F(PullSecretTest, SaysWhichSecretIsBadUnlessAnotherHelps) {
  secrets_.secrets["prod/one"] = secret_with(R"({"quay.io": {"auth": "dTpw"}})");
  EXPECT_EQ(find("quay.io")->size(), 1U);
  EXPECT_EQ(describe(find("ghcr.io").error()), "not_found: secret prod/two: no such secret");

  const std::vector<std::pair<PullSecret, std::string>> table{
      {{"Opaque", {{".dockerconfigjson", "{}"}}}, "of type Opaque and no image pull secret"},
      {{kJsonType, {{".dockercfg", "{}"}}},
       "of type " + std::string(kJsonType) + " and no image pull secret"},
      {{kJsonType, {{".dockerconfigjson", "hush"}}},
       "docker config: not a JSON object of at most 1 MiB"}};
  for (const auto& [secret, complaint] : table) {
    secrets_.secrets["prod/two"] = secret;
    EXPECT_EQ(describe(find("ghcr.io").error()), "invalid: secret prod/two: " + complaint);
  }
}

class MountedPullSecretsTest : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) {
    const auto path = directory_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  testing::TempDirectory directory_;
  MountedPullSecrets secrets_{directory_.path()};
};

TEST_F(MountedPullSecretsTest, AreFoldersOfFiles) {
  write("prod/hub/.dockerconfigjson", "new");
  write("old/.dockercfg", "old");

  const auto hub = secrets_.secret({"prod", "hub"}, {});
  ASSERT_TRUE(hub.ok()) << describe(hub.error());
  EXPECT_EQ(hub->type, kJsonType);
  EXPECT_EQ(hub->data.at(".dockerconfigjson"), "new");

  const auto old = secrets_.secret({"", "old"}, {});
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->type, "kubernetes.io/dockercfg");
  EXPECT_EQ(old->data.at(".dockercfg"), "old");
}

TEST_F(MountedPullSecretsTest, AreReadAtEachUse) {
  write("hub/.dockerconfigjson", "one");
  EXPECT_EQ(secrets_.secret({"", "hub"}, {})->data.at(".dockerconfigjson"), "one");
  write("hub/.dockerconfigjson", "two");

  EXPECT_EQ(secrets_.secret({"", "hub"}, {})->data.at(".dockerconfigjson"), "two");
}

TEST_F(MountedPullSecretsTest, SayWhatIsMissing) {
  const auto found = secrets_.secret({"prod", "hub"}, {});

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(describe(found.error()), "not_found: no .dockerconfigjson or .dockercfg in " +
                                         (directory_.path() / "prod/hub").string());
}

TEST_F(MountedPullSecretsTest, AreNotFoundOutsideTheirRoot) {
  write("x/.dockercfg", "{}");
  for (const char* name : {"", "..", ".", "../x", "/x", "x/", "X", "a b", "-x", "x."}) {
    EXPECT_EQ(secrets_.secret({"", name}, {}).error().code, Errc::invalid) << name;
  }
  EXPECT_EQ(secrets_.secret({"..", "x"}, {}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::auth
