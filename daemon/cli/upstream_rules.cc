#include "daemon/cli/upstream_rules.h"

#include <utility>

#include "daemon/auth/credential_sources.h"

namespace larder::cli {

namespace {

std::unique_ptr<auth::CredentialSource> credentials_of(const config::Auth& auth) {
  if (auth.kind == config::AuthKind::anonymous) {
    return std::make_unique<auth::AnonymousCredentials>();
  }
  if (!auth.password.file.empty()) {
    return std::make_unique<auth::FileCredentials>(auth.username, auth.password.file);
  }
  return std::make_unique<auth::EnvironmentCredentials>(auth.username, auth.password.environment);
}

// Requires: config parsing has accepted the endpoints.
std::unique_ptr<upstream::Upstream> make_upstream(const config::Upstream& upstream,
                                                  const std::string& host, http::Client& client,
                                                  const UpstreamGround& ground) {
  std::vector<std::string> urls = upstream.endpoints;
  const auto reach = urls.empty() ? http::Reach::public_only : http::Reach::anywhere;
  if (urls.empty()) urls.push_back("https://" + host);
  std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
  for (const std::string& text : urls) {
    auto url = http::Url::parse(text);
    if (!url.ok()) return nullptr;
    endpoints.push_back(std::make_unique<upstream::Endpoint>(
        upstream::EndpointParts{host, *url, reach, client, credentials_of(upstream.auth),
                                ground.clock, ground.observer, ground.health.of(*url)}));
  }
  return std::make_unique<upstream::Upstream>(host, std::move(endpoints));
}

}  // namespace

Result<http::Client*> Clients::with_ca(const std::string& ca_file) {
  auto& slot = clients_[ca_file];
  if (slot == nullptr) {
    auto client = http::Client::create({.timeouts = timeouts_, .ca_file = ca_file});
    if (!client.ok()) return client.error();
    slot = *std::move(client);
  }
  return slot.get();
}

Result<std::vector<upstream::UpstreamRule>> upstream_rules(
    const std::vector<config::Upstream>& upstreams, const UpstreamGround& ground) {
  std::vector<upstream::UpstreamRule> rules;
  for (const config::Upstream& upstream : upstreams) {
    const auto client = ground.clients.with_ca(upstream.ca_file);
    if (!client.ok()) return in_context("upstream " + upstream.match, client.error());
    rules.push_back({upstream.match, [upstream, client = *client, ground](const std::string& host) {
                       return make_upstream(upstream, host, *client, ground);
                     }});
  }
  return rules;
}

std::vector<upstream::FreshnessRule> freshness_rules(const std::vector<config::Freshness>& rules) {
  std::vector<upstream::FreshnessRule> result;
  for (const auto& rule : rules) result.push_back({rule.match, rule.ttl, rule.stale_for});
  return result;
}

}  // namespace larder::cli
