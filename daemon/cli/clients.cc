#include "daemon/cli/clients.h"

#include <algorithm>

#include "daemon/cli/proxy_rules.h"

namespace larder::cli {

Clients::Clients(http::ClientTimeouts timeouts, http::ProxyRules environment,
                 std::vector<http::IpBlock> egress)
    : timeouts_(timeouts), environment_(std::move(environment)), egress_(std::move(egress)) {}

Result<http::Client*> Clients::find_or_make(const Access& access) {
  const auto found = std::find_if(clients_.begin(), clients_.end(),
                                  [&](const auto& entry) { return entry.first == access; });
  if (found != clients_.end()) return found->second.get();
  const auto& certificate = access.client_certificate;
  auto client =
      http::Client::create({.timeouts = timeouts_,
                            .ca_file = access.ca_file,
                            .egress = egress_,
                            .proxies = proxies_of(access.proxy, environment_),
                            .stop = stop_.get_token(),
                            .certificate = {certificate.certificate_file, certificate.key_file}});
  if (!client.ok()) return client.error();
  clients_.emplace_back(access, *std::move(client));
  return clients_.back().second.get();
}

}  // namespace larder::cli
