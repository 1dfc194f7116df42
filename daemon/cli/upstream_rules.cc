#include "daemon/cli/upstream_rules.h"

#include <utility>

#include "daemon/auth/credential_sources.h"
#include "daemon/http/local_names.h"

namespace larder::cli {

namespace {

// An endpoint of the config with what its upstream says for it.
struct Reached {
  std::string url;  // empty: https and the host asked for
  config::Auth auth;
  http::Client* client;
  std::string way;  // for its health
};

struct Reaching {
  std::vector<Reached> endpoints;
  upstream::Selection selection;
  UpstreamGround ground;
};

std::unique_ptr<auth::CredentialSource> credentials_of(const config::Auth& auth) {
  if (auth.kind == config::AuthKind::anonymous) {
    return std::make_unique<auth::AnonymousCredentials>();
  }
  if (!auth.password.file.empty()) {
    return std::make_unique<auth::FileCredentials>(auth.username, auth.password.file);
  }
  return std::make_unique<auth::EnvironmentCredentials>(auth.username, auth.password.environment);
}

// A local or metadata address is dialled when the operator wrote it, not when DNS says it.
// Requires: config parsing has accepted the endpoints.
std::unique_ptr<upstream::Upstream> make_upstream(const std::string& host,
                                                  const Reaching& reaching) {
  const UpstreamGround& ground = reaching.ground;
  std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
  for (const Reached& one : reaching.endpoints) {
    auto url = http::Url::parse(one.url.empty() ? "https://" + host : one.url);
    if (!url.ok()) return nullptr;
    const bool is_written = !one.url.empty() && http::is_local_or_metadata_host(url->host);
    const auto reach = is_written ? http::Reach::anywhere : http::Reach::public_only;
    endpoints.push_back(std::make_unique<upstream::Endpoint>(upstream::EndpointParts{
        host, *url, reach, *one.client, credentials_of(one.auth), ground.clock, ground.observer,
        ground.health.of(*url, one.way), one.way}));
  }
  return std::make_unique<upstream::Upstream>(host, std::move(endpoints), reaching.selection);
}

upstream::Selection selection_of(config::Selection select) {
  return select == config::Selection::latency ? upstream::Selection::latency
                                              : upstream::Selection::ordered;
}

// What another way to the same endpoint would have otherwise, and its health with it.
std::string way_of(const config::Auth& auth, const Access& access) {
  const auto& [ca_file, certificate, proxy] = access;
  std::string way;
  if (auth.kind == config::AuthKind::basic) way += " user " + auth.username;
  if (proxy.kind == config::ProxyKind::none) way += " no proxy";
  if (proxy.kind == config::ProxyKind::server) way += " proxy " + proxy.url;
  if (!ca_file.empty()) way += " CA " + ca_file;
  if (!certificate.certificate_file.empty()) way += " certificate " + certificate.certificate_file;
  return way;
}

Result<Reached> reach(const config::Endpoint& endpoint, const config::Upstream& upstream,
                      Clients& clients) {
  const Access access{endpoint.ca_file.value_or(upstream.ca_file),
                      endpoint.client_certificate.value_or(upstream.client_certificate),
                      endpoint.proxy.value_or(upstream.proxy)};
  const auto auth = endpoint.auth.value_or(upstream.auth);
  const auto client = clients.find_or_make(access);
  if (!client.ok()) return client.error();
  return Reached{endpoint.url, auth, *client, way_of(auth, access)};
}

}  // namespace

Result<std::vector<upstream::UpstreamRule>> upstream_rules(
    const std::vector<config::Upstream>& upstreams, const UpstreamGround& ground) {
  std::vector<upstream::UpstreamRule> rules;
  for (const config::Upstream& upstream : upstreams) {
    Reaching reaching{{}, selection_of(upstream.select), ground};
    auto endpoints = upstream.endpoints;
    if (endpoints.empty()) endpoints.push_back({});
    for (const auto& endpoint : endpoints) {
      auto reached = reach(endpoint, upstream, ground.clients);
      if (!reached.ok()) return in_context("upstream " + upstream.match, reached.error());
      reaching.endpoints.push_back(*std::move(reached));
    }
    rules.push_back({upstream.match, [reaching = std::move(reaching)](const std::string& host) {
                       return make_upstream(host, reaching);
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
