#include "daemon/cli/upstream_rules.h"

#include <utility>

#include "daemon/cli/upstream_credentials.h"
#include "daemon/http/local_names.h"

namespace larder::cli {

namespace {

// An endpoint of the config with what its upstream says for it.
struct Reached {
  std::string url;  // empty: https and the host asked for
  config::Auth auth;
  http::Client* client;
  http::Client* direct;  // without proxies
  std::string way;       // for its health
};

struct Reaching {
  std::vector<Reached> endpoints;
  upstream::Selection selection;
  UpstreamGround ground;
};

CredentialGround credential_ground(const Reached& one, const UpstreamGround& ground) {
  return {*one.client, *one.direct, ground.clock, ground.observer};
}

// A local or metadata address is dialled when the operator wrote it, not when DNS says it.
// Requires: config parsing has accepted the endpoints, and reach() their credentials.
std::unique_ptr<upstream::Upstream> make_upstream(const std::string& host,
                                                  const Reaching& reaching) {
  const UpstreamGround& ground = reaching.ground;
  std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
  for (const Reached& one : reaching.endpoints) {
    auto url = http::Url::parse(one.url.empty() ? "https://" + host : one.url);
    if (!url.ok()) return nullptr;
    auto credentials = upstream_credentials(one.auth, credential_ground(one, ground));
    if (!credentials.ok()) return nullptr;
    const bool is_written = !one.url.empty() && http::is_local_or_metadata_host(url->host);
    const auto reach = is_written ? http::Reach::anywhere : http::Reach::public_only;
    endpoints.push_back(std::make_unique<upstream::Endpoint>(upstream::EndpointParts{
        host, *url, reach, *one.client, *std::move(credentials), ground.clock, ground.observer,
        ground.health.of(*url, one.way), one.way, one.auth.realms}));
  }
  return std::make_unique<upstream::Upstream>(host, std::move(endpoints), reaching.selection);
}

upstream::Selection selection_of(config::Selection select) {
  return select == config::Selection::latency ? upstream::Selection::latency
                                              : upstream::Selection::ordered;
}

// Who Larder is there.
std::string who_by(const config::Auth& auth) {
  switch (auth.kind) {
    case config::AuthKind::anonymous:
      return "";
    case config::AuthKind::basic:
      return " user " + auth.username;
    case config::AuthKind::docker_config:
      return " config " + auth.docker_config.file;
    case config::AuthKind::kubernetes_secret:
      return " secret " + auth.kubernetes_secret.directory;
    case config::AuthKind::exec:
      return " exec " + auth.exec.command;
    case config::AuthKind::ecr:
      return " ecr " + auth.ecr.profile + " " + auth.ecr.role_arn;
    case config::AuthKind::gcp:
      return " gcp " + auth.gcp.service_account;
    case config::AuthKind::acr:
      return " acr " + auth.acr.client_id;
  }
  return "";
}

// What another way to the same endpoint would have otherwise, and its health with it.
std::string way_of(const config::Auth& auth, const Access& access) {
  const auto& [ca_file, certificate, proxy] = access;
  std::string way;
  way += who_by(auth);
  if (proxy.kind == config::ProxyKind::none) way += " no proxy";
  if (proxy.kind == config::ProxyKind::server) way += " proxy " + proxy.url;
  if (!ca_file.empty()) way += " CA " + ca_file;
  if (!certificate.certificate_file.empty()) way += " certificate " + certificate.certificate_file;
  return way;
}

Result<Reached> reach(const config::Endpoint& endpoint, const config::Upstream& upstream,
                      const UpstreamGround& ground) {
  Clients& clients = ground.clients;
  const Access access{endpoint.ca_file.value_or(upstream.ca_file),
                      endpoint.client_certificate.value_or(upstream.client_certificate),
                      endpoint.proxy.value_or(upstream.proxy)};
  const auto auth = endpoint.auth.value_or(upstream.auth);
  const auto client = clients.find_or_make(access);
  if (!client.ok()) return client.error();
  Access without_proxies;
  without_proxies.proxy.kind = config::ProxyKind::none;
  const auto direct = clients.find_or_make(without_proxies);
  if (!direct.ok()) return direct.error();
  Reached reached{endpoint.url, auth, *client, *direct, way_of(auth, access)};
  const auto credentials = upstream_credentials(auth, credential_ground(reached, ground));
  if (!credentials.ok()) return credentials.error();
  return reached;
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
      auto reached = reach(endpoint, upstream, ground);
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
