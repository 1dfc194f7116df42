#include "daemon/cli/clients.h"

#include <gtest/gtest.h>

#include <set>

#include "daemon/cli/proxy_rules.h"
#include "tests/support/recording_response.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificates.h"

namespace larder::cli {
namespace {

using testing::respond;
using testing::ScriptedServer;

TEST(Clients, AreSharedByWhatIsReachedTheSameWay) {
  testing::TestAuthority authority;
  const auto certificate = authority.issue();
  const config::Proxy no_proxy{config::ProxyKind::none, {}, {}, {}, {}};
  const std::vector<Access> ways{
      {},
      {.ca_file = authority.ca_file()},
      {.client_certificate = {certificate.certificate_file, certificate.key_file}},
      {.proxy = no_proxy}};
  Clients clients({});

  std::set<http::Client*> made;
  for (int i = 0; i < 2; ++i) {
    for (const auto& way : ways) made.insert(clients.find_or_make(way).value());
  }

  EXPECT_EQ(made.size(), ways.size());
}

TEST(Clients, UseTheEnvironmentsProxyUnlessToldOtherwise) {
  ScriptedServer proxy(respond(200));
  const std::string url = proxy.url("");
  const auto environment = environment_proxies(
      [&](const char* name) { return std::string(name) == "http_proxy" ? url.c_str() : nullptr; });
  Clients clients({}, environment.value());
  http::ClientRequest request;
  request.url = http::Url::parse("http://registry.invalid/").value();
  testing::RecordingResponse response;

  const auto through = clients.find_or_make({}).value();
  const auto around =
      clients.find_or_make({.proxy = {config::ProxyKind::none, {}, {}, {}, {}}}).value();

  EXPECT_TRUE(through->send(request, response, {}).ok());
  EXPECT_FALSE(around->send(request, response, {}).ok());
  EXPECT_EQ(proxy.requests().size(), 1U);
}

}  // namespace
}  // namespace larder::cli
