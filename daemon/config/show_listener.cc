#include <array>
#include <cstdio>

#include "daemon/config/show_trees.h"
#include "daemon/config/values.h"

namespace larder::config {

namespace {

Tree tree_of(const CertificatePair& pair) {
  return {{"certificate", pair.certificate_file}, {"key", pair.key_file}};
}

Tree tree_of(const Tls& tls) {
  Tree tree = tree_of(tls.certificates.front());
  for (std::size_t i = 1; i < tls.certificates.size(); ++i) {
    tree["certificates"].push_back(tree_of(tls.certificates[i]));
  }
  if (tls.client_ca_file.empty()) return tree;
  tree["client_ca"] = tls.client_ca_file;
  tree["client_certificates"] = std::string(to_string(tls.clients));
  return tree;
}

Tree tree_of(const SocketFile& socket) {
  Tree tree = Tree::object();
  if (socket.mode) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "0%03o", *socket.mode);
    tree["mode"] = std::string(mode.data());
  }
  for (const auto id : socket.user_ids) tree["user_ids"].push_back(std::to_string(id));
  return tree;
}

std::string rate_text(const std::optional<std::uint64_t>& rate) {
  return rate ? format_rate(*rate) : "off";
}

Tree tree_of(const Limits& limits) {
  return {{"connections", std::to_string(limits.connections)},
          {"requests", std::to_string(limits.requests)},
          {"rate", rate_text(limits.rate)},
          {"connections_per_source", std::to_string(limits.connections_per_source)},
          {"requests_per_source", std::to_string(limits.requests_per_source)},
          {"rate_per_source", rate_text(limits.rate_per_source)},
          {"head_timeout", format_duration(limits.head_timeout)},
          {"idle_timeout", format_duration(limits.idle_timeout)}};
}

}  // namespace

Tree tree_of(const Listener& listener) {
  Tree tree = {{"name", listener.name}, {"address", listener.address}};
  if (listener.is_public) tree["public"] = true;
  if (listener.socket != SocketFile{}) tree["socket"] = tree_of(listener.socket);
  if (!listener.tls.certificates.empty()) tree["tls"] = tree_of(listener.tls);
  if (!listener.allow.empty()) tree["allow"] = listener.allow;
  if (!listener.proxies.empty()) tree["proxy_protocol"] = listener.proxies;
  if (!listener.hosts.empty()) tree["hosts"] = listener.hosts;
  if (!listener.upstreams.empty()) tree["upstreams"] = listener.upstreams;
  tree["auth"] = std::string(to_string(listener.auth));
  add_text(tree, "policy", listener.policy_file);
  if (!listener.policy_file.empty()) {
    tree["policy_mode"] = std::string(to_string(listener.policy_mode));
  }
  if (listener.limits != default_limits(listener.address))
    tree["limits"] = tree_of(listener.limits);
  return tree;
}

}  // namespace larder::config
