#include "daemon/cli/proxy_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/temp_directory.h"

namespace larder::cli {
namespace {

using Variables = std::map<std::string, std::string>;

Result<http::ProxyRules> rules_of(const Variables& variables) {
  return environment_proxies([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// "http://proxy:3128/ Basic ..", or "direct".
std::string way_to(const http::ProxyRules& rules, const char* target) {
  const auto* proxy = rules.choose(http::Url::parse(target).value());
  if (proxy == nullptr) return "direct";
  return proxy->url.str() + (proxy->authorization ? " " + proxy->authorization().value() : "");
}

struct Case {
  Variables variables;
  const char* to_https;  // https://a.example
  const char* to_http;   // http://a.example
};

class EnvironmentProxies : public ::testing::TestWithParam<Case> {};

TEST_P(EnvironmentProxies, AreReadAsEverybodyReadsThem) {
  const auto rules = rules_of(GetParam().variables);

  ASSERT_TRUE(rules.ok()) << describe(rules.error());
  EXPECT_EQ(way_to(*rules, "https://a.example"), GetParam().to_https);
  EXPECT_EQ(way_to(*rules, "http://a.example"), GetParam().to_http);
  EXPECT_EQ(way_to(*rules, "http://127.0.0.1:5000"), "direct");
}

INSTANTIATE_TEST_SUITE_P(
    Table, EnvironmentProxies,
    ::testing::Values(
        Case{{}, "direct", "direct"}, Case{{{"HTTPS_PROXY", ""}}, "direct", "direct"},
        Case{{{"HTTPS_PROXY", "http://p:3128"}}, "http://p:3128/", "direct"},
        Case{{{"HTTP_PROXY", "http://p"}}, "direct", "http://p/"},
        Case{{{"https_proxy", "https://low"}, {"HTTPS_PROXY", "http://up"}},
             "https://low/",
             "direct"},
        Case{{{"https_proxy", ""}, {"HTTPS_PROXY", "http://up"}}, "http://up/", "direct"},
        Case{{{"HTTPS_PROXY", "p.example:3128"}}, "http://p.example:3128/", "direct"},
        Case{{{"HTTPS_PROXY", "http://u:p%40ss@p:3128/"}},
             "http://p:3128/ Basic dTpwQHNz",
             "direct"},
        Case{{{"HTTPS_PROXY", "u:p@p:3128"}}, "http://p:3128/ Basic dTpw", "direct"},
        Case{{{"HTTPS_PROXY", "http://u@p"}}, "http://p/ Basic dTo=", "direct"},
        Case{{{"HTTPS_PROXY", "http://p"}, {"NO_PROXY", "b, .example ,c"}}, "direct", "direct"},
        Case{{{"HTTPS_PROXY", "http://p"}, {"no_proxy", "b"}, {"NO_PROXY", "*"}},
             "http://p/",
             "direct"}));

TEST(EnvironmentProxies, NameTheVariableThatIsWrongWithoutItsValue) {
  for (const char* value : {"socks5://u:hunter2@p", "http://u:hunter2@", "http://u:%zzhunter2@p"}) {
    const auto rules = rules_of({{"HTTPS_PROXY", value}});

    EXPECT_EQ(describe(rules.error()), "invalid: HTTPS_PROXY is no URL such as http://host:3128");
  }
}

config::Proxy server(std::string username = "", config::SecretPlace password = {}) {
  return {config::ProxyKind::server,
          "http://p:3128",
          {".corp"},
          std::move(username),
          std::move(password)};
}

TEST(ProxiesOfConfig, AreTheEnvironmentsNoneOrOne) {
  const auto environment = rules_of({{"HTTPS_PROXY", "http://environment"}}).value();

  const auto of_environment = proxies_of({}, environment);
  const auto none = proxies_of({config::ProxyKind::none, {}, {}, {}, {}}, environment);
  const auto one = proxies_of(server(), environment);

  EXPECT_EQ(way_to(of_environment, "https://a.example"), "http://environment/");
  EXPECT_EQ(way_to(none, "https://a.example"), "direct");
  EXPECT_EQ(way_to(one, "https://a.example"), "http://p:3128/");
  EXPECT_EQ(way_to(one, "http://a.example"), "http://p:3128/");
  EXPECT_EQ(way_to(one, "https://a.corp"), "direct");
}

TEST(ProxiesOfConfig, ReadThePasswordAtEachUse) {
  testing::TempDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "one\n";
  const auto rules = proxies_of(server("u", {file, ""}), {});

  EXPECT_EQ(way_to(rules, "https://a.example"), "http://p:3128/ Basic dTpvbmU=");
  std::ofstream(file) << "two\n";
  EXPECT_EQ(way_to(rules, "https://a.example"), "http://p:3128/ Basic dTp0d28=");
}

TEST(ProxiesOfConfig, TellWhatIsWrongWithThePassword) {
  const auto rules = proxies_of(server("u", {"", "LARDER_NO_SUCH_VARIABLE"}), {});

  EXPECT_EQ(rules.for_https->authorization().error().code, Errc::not_found);
}

}  // namespace
}  // namespace larder::cli
