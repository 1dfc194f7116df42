#include "daemon/auth/sources/plugin_protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/auth/sources/docker_config.h"

namespace larder::auth {
namespace {

std::string answer_with(const std::string& rest) {
  return R"({"apiVersion":"credentialprovider.kubelet.k8s.io/v1",)"
         R"("kind":"CredentialProviderResponse",)" +
         rest + "}";
}

TEST(PluginRequest, IsKubelets) {
  const auto request = nlohmann::json::parse(plugin_request("reg.example:5000/team/app"));

  EXPECT_EQ(request, (nlohmann::json{{"apiVersion", "credentialprovider.kubelet.k8s.io/v1"},
                                     {"kind", "CredentialProviderRequest"},
                                     {"image", "reg.example:5000/team/app"}}));
}

TEST(PluginRequest, IsJsonWhateverTheImage) {
  EXPECT_TRUE(nlohmann::json::accept(plugin_request("a\"\\\n\xff")));
}

TEST(PluginAnswer, IsReadInFull) {
  const auto answer = parse_plugin_answer(answer_with(
      R"("cacheKeyType":"Registry","cacheDuration":"5m0s",)"
      R"("auth":{"reg.example:5000/team":{"username":"sa","password":"eyJ"},"*.io":null})"));

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->key, PluginCacheKey::registry);
  EXPECT_EQ(answer->cache_duration, std::chrono::minutes(5));
  EXPECT_EQ(find_credentials(answer->auth, location_of({"reg.example:5000", "team/app"})).value(),
            (std::vector{Credential{.username = "sa", .password = "eyJ"}}));
  EXPECT_EQ(find_credentials(answer->auth, location_of({"quay.io", "a"})).error().context,
            "plugin answer: *.io has no username and password");
}

TEST(PluginAnswer, MayHaveNoCredentialAndNoDuration) {
  for (const char* rest :
       {R"("cacheKeyType":"Image")", R"("cacheKeyType":"Image","auth":null,"cacheDuration":null)",
        R"("cacheKeyType":"Image","auth":{})"}) {
    const auto answer = parse_plugin_answer(answer_with(rest));
    ASSERT_TRUE(answer.ok()) << rest;
    EXPECT_EQ(answer->auth.size(), 0U);
    EXPECT_EQ(answer->cache_duration, std::nullopt);
  }
}

TEST(PluginAnswer, MayBeOfAnEarlierVersion) {
  for (const char* version : {"v1beta1", "v1alpha1"}) {
    EXPECT_TRUE(parse_plugin_answer(
                    R"({"apiVersion":"credentialprovider.kubelet.k8s.io/)" + std::string(version) +
                    R"(","kind":"CredentialProviderResponse","cacheKeyType":"Global"})")
                    .ok());
  }
}

TEST(PluginAnswer, IsNothingElse) {
  const std::vector<std::string> table{
      "",
      "{}",
      "[]",
      R"({"apiVersion":"credentialprovider.kubelet.k8s.io/v2","kind":"CredentialProviderResponse",)"
      R"("cacheKeyType":"Image"})",
      R"({"apiVersion":"v1","kind":"CredentialProviderResponse","cacheKeyType":"Image"})",
      R"({"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderRequest",)"
      R"("cacheKeyType":"Image"})",
      answer_with(R"("auth":{})"),
      answer_with(R"("cacheKeyType":"image")"),
      answer_with(R"("cacheKeyType":1)"),
      answer_with(R"("cacheKeyType":"Image","auth":[])"),
      answer_with(R"("cacheKeyType":"Image","auth":"hush")"),
      answer_with(R"("cacheKeyType":"Image","cacheDuration":300)"),
      answer_with(R"("cacheKeyType":"Image","cacheDuration":"-5m")"),
      answer_with(R"("cacheKeyType":"Image","cacheDuration":"hush")"),
      answer_with(R"("cacheKeyType":"Image","x":")" + std::string(kPluginAnswerBytesMax, 'x') +
                  '"'),
      answer_with(R"("cacheKeyType":"Image","x":)" + std::string(30, '[') + std::string(30, ']'))};
  for (const auto& text : table) {
    const auto answer = parse_plugin_answer(text);
    ASSERT_FALSE(answer.ok()) << text.substr(0, 200);
    EXPECT_EQ(answer.error().code, Errc::upstream_down);
    EXPECT_EQ(answer.error().context.find("hush"), std::string::npos);
  }
}

}  // namespace
}  // namespace larder::auth
