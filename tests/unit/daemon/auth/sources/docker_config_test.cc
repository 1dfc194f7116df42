#include "daemon/auth/sources/docker_config.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

using Credentials = std::vector<Credential>;

Result<Credentials> find_in(const std::string& text, const std::string& host,
                            const std::string& repository = "team/app",
                            DockerConfigFields fields = DockerConfigFields::all) {
  const auto config = parse_docker_config(text, DockerConfigForm::config_json, fields);
  if (!config) return config.error();
  return find_credentials(config->auths, location_of({host, repository}));
}

Credentials find_good(const std::string& text, const std::string& host,
                      const std::string& repository = "team/app",
                      DockerConfigFields fields = DockerConfigFields::all) {
  auto found = find_in(text, host, repository, fields);
  EXPECT_TRUE(found.ok()) << describe(found.error());
  return found.ok() ? *std::move(found) : Credentials();
}

Credential basic(std::string username, std::string password) {
  return {.username = std::move(username), .password = std::move(password)};
}

constexpr const char* kEveryKind = R"({"auths": {
    "https://index.docker.io/v1/": {"auth": "dTpw"},
    "quay.io/team": {"username": "u", "password": "p"},
    "reg.example": {"auth": "eDo=", "identitytoken": "R"},
    "other.example": {"registrytoken": "T", "identitytoken": "R"},
    "empty.example": {}},
  "credHelpers": {"x.example": "ecr-login"}, "credsStore": "desktop", "HttpHeaders": {"A": "b"}})";

TEST(DockerConfig, HasEveryKindOfCredential) {
  EXPECT_EQ(find_good(kEveryKind, "docker.io", "library/redis"), (Credentials{basic("u", "p")}));
  EXPECT_EQ(find_good(kEveryKind, "quay.io"), (Credentials{basic("u", "p")}));
  EXPECT_EQ(find_good(kEveryKind, "reg.example"), (Credentials{{.identity_token = "R"}}));
  EXPECT_EQ(find_good(kEveryKind, "other.example"), (Credentials{{.registry_token = "T"}}));
  EXPECT_EQ(find_good(kEveryKind, "empty.example"), Credentials());
  EXPECT_EQ(find_good(kEveryKind, "ghcr.io"), Credentials());
}

TEST(DockerConfig, NamesItsHelpers) {
  const auto config =
      parse_docker_config(kEveryKind, DockerConfigForm::config_json, DockerConfigFields::all);

  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->helper_of_others, "desktop");
  EXPECT_EQ(config->helpers.matching(location_of({"x.example", "a"})),
            (std::vector<std::string>{"ecr-login"}));
}

TEST(DockerConfig, HonoursInASecretOnlyWhatKubeletDoes) {
  const auto kubelet = DockerConfigFields::of_kubelet;
  EXPECT_EQ(find_good(kEveryKind, "quay.io", "team/app", kubelet), (Credentials{basic("u", "p")}));
  EXPECT_EQ(find_good(kEveryKind, "other.example", "a", kubelet), Credentials());
  EXPECT_EQ(find_in(kEveryKind, "reg.example", "a", kubelet).error().context,
            "docker config: reg.example has no password");

  const auto config = parse_docker_config(kEveryKind, DockerConfigForm::config_json, kubelet);
  EXPECT_EQ(config->helpers.size(), 0U);
  EXPECT_EQ(config->helper_of_others, "");
}

TEST(DockerConfig, ReadsTheOlderForm) {
  const auto config = parse_docker_config(R"({"quay.io": {"auth": "dTpw", "email": "e"}})",
                                          DockerConfigForm::dockercfg, DockerConfigFields::all);

  ASSERT_TRUE(config.ok());
  EXPECT_EQ(find_credentials(config->auths, location_of({"quay.io", "a"})).value(),
            (Credentials{basic("u", "p")}));
}

TEST(DockerConfig, DecodesAuthAsDockerAndKubeletDo) {
  const std::vector<std::pair<std::string, Credential>> table{
      {R"({"auth": "dTpw"})", basic("u", "p")},
      {R"({"auth": "dTpwOnE="})", basic("u", "p:q")},      // the first colon separates
      {R"({"auth": "dTpwOnE"})", basic("u", "p:q")},       // without padding
      {R"({"auth": "dTpw\nOnE=\n"})", basic("u", "p:q")},  // in lines
      {R"({"auth": "dTpwAAA="})", basic("u", "p")},        // zero bytes at the end
      {R"({"auth": "dTpw", "username": "x", "password": "y"})", basic("u", "p")},
      {R"({"auth": "", "username": "x", "password": "y"})", basic("x", "y")},
      {R"({"auth": null, "username": "x", "password": "y"})", basic("x", "y")}};
  for (const auto& [entry, credential] : table) {
    EXPECT_EQ(find_good(R"({"auths": {"r.example": )" + entry + "}}", "r.example"),
              Credentials{credential})
        << entry;
  }
}

TEST(DockerConfig, SaysWhatIsWrongWithAnEntryWithoutItsSecret) {
  const std::string no_auth = "the auth of r.example is no base64 of username:password";
  const std::vector<std::pair<std::string, std::string>> table{
      {R"({"auth": "c2VjcmV0"})", no_auth},
      {R"({"auth": "OnNlY3JldA=="})", no_auth},
      {R"({"auth": "se:cret"})", no_auth},
      {R"({"auth": "AAAA"})", no_auth},
      {R"({"auth": "dTo="})", "r.example has no password"},
      {R"({"auth": "dToAAA=="})", "r.example has no password"},
      {R"({"username": "secret"})", "r.example has no password"},
      {R"({"password": "secret"})", "r.example has no username"},
      {R"("secret")", "r.example is no object"},
      {"null", "r.example is no object"}};
  for (const auto& [entry, complaint] : table) {
    const auto found = find_in(R"({"auths": {"r.example": )" + entry + "}}", "r.example");

    ASSERT_FALSE(found.ok()) << entry;
    EXPECT_EQ(describe(found.error()), "invalid: docker config: " + complaint) << entry;
  }
}

TEST(DockerConfig, HurtsNobodyElseByABadEntry) {
  const std::string text = R"({"auths": {"bad.example": {"auth": "?"}, "\n": {"auth": "dTpw"},
      "*.example": {"auth": "dTpw"}, "quay.io": {"auth": "dTpw"}}})";

  EXPECT_EQ(find_good(text, "quay.io"), (Credentials{basic("u", "p")}));
  EXPECT_EQ(find_good(text, "bad.example"), (Credentials{basic("u", "p")}));
}

TEST(DockerConfig, RefusesOtherDocuments) {
  for (const char* text :
       {"", "{", "[]", "null", "\"x\"", R"({"auths": []})", R"({"auths": "x"})",
        R"({"credHelpers": []})", R"({"credHelpers": {"r.example": 1}})", "{\"auths\": \xff}"}) {
    const auto config =
        parse_docker_config(text, DockerConfigForm::config_json, DockerConfigFields::all);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(config.error().code, Errc::invalid);
  }
}

TEST(DockerConfig, HasLimits) {
  std::string many = R"({"auths": {)";
  for (int i = 0; i < 1025; ++i) many += "\"r" + std::to_string(i) + ".example\": {},";
  many.back() = '}';
  EXPECT_EQ(find_in(many + "}", "x").error().context, "docker config: more than 1,024 auths");

  const std::string large = "{\"a\": \"" + std::string(kDockerConfigBytesMax, 'x') + "\"}";
  EXPECT_EQ(find_in(large, "x").error().code, Errc::invalid);
}

TEST(DockerConfig, GivesSeveralInOrderButNotWithoutEnd) {
  const std::string text = R"({"auths": {"*.example": {"auth": "dTpw"},
      "r.example": {"username": "a", "password": "b"},
      "r.example/team": {"username": "c", "password": "d"}}})";
  EXPECT_EQ(find_good(text, "r.example"),
            (Credentials{basic("c", "d"), basic("a", "b"), basic("u", "p")}));

  ByImage<Result<Credential>> auths;
  for (int i = 0; i < 20; ++i) auths.add(*ImagePattern::parse("r.example"), basic("u", "p"));
  EXPECT_EQ(find_credentials(auths, location_of({"r.example", "a"}))->size(), 16U);
}

}  // namespace
}  // namespace larder::auth
