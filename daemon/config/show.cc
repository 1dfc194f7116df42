#include "daemon/config/show.h"

#include <yaml-cpp/yaml.h>

#include "daemon/config/show_trees.h"
#include "daemon/config/values.h"

namespace larder::config {

namespace {

Tree tree_of(const Proxy& proxy) {
  if (proxy.kind == ProxyKind::environment) return "environment";
  if (proxy.kind == ProxyKind::none) return "none";
  Tree tree = {{"url", proxy.url}};
  if (!proxy.no_proxy.empty()) tree["no_proxy"] = proxy.no_proxy;
  if (proxy.username.empty()) return tree;
  tree["username"] = proxy.username;
  add_secret(tree, "password", proxy.password);
  return tree;
}

void add_certificate(Tree& tree, const ClientCertificate& certificate) {
  if (certificate.certificate_file.empty()) return;
  tree["client_certificate"] = certificate.certificate_file;
  tree["client_key"] = certificate.key_file;
}

Tree tree_of(const Endpoint& endpoint) {
  Tree tree = {{"url", endpoint.url}};
  if (endpoint.auth) tree["auth"] = tree_of(*endpoint.auth);
  if (endpoint.ca_file) tree["ca"] = *endpoint.ca_file;
  if (endpoint.client_certificate) add_certificate(tree, *endpoint.client_certificate);
  if (endpoint.proxy) tree["proxy"] = tree_of(*endpoint.proxy);
  if (tree.size() == 1) return endpoint.url;
  return tree;
}

template <class T>
Tree list_of(const std::vector<T>& values);

Tree tree_of(const Upstream& upstream) {
  Tree tree = {{"match", upstream.match}};
  if (!upstream.endpoints.empty()) tree["endpoints"] = list_of(upstream.endpoints);
  tree["auth"] = tree_of(upstream.auth);
  if (!upstream.ca_file.empty()) tree["ca"] = upstream.ca_file;
  add_certificate(tree, upstream.client_certificate);
  tree["select"] = upstream.select == Selection::latency ? "latency" : "ordered";
  tree["proxy"] = tree_of(upstream.proxy);
  return tree;
}

Tree tree_of(const Freshness& rule) {
  return {{"match", rule.match},
          {"ttl", format_duration(rule.ttl)},
          {"stale_for", rule.stale_for ? format_duration(*rule.stale_for) : "forever"}};
}

template <class T>
Tree list_of(const std::vector<T>& values) {
  Tree list = Tree::array();
  for (const T& value : values) list.push_back(tree_of(value));
  return list;
}

Tree tree_of(const Config& config) {
  const Deadlines& deadlines = config.deadlines;
  Tree tree = {
      {"cache",
       {{"path", config.cache.path.string()},
        {"budget", format_amount(config.cache.budget)},
        {"free_floor", format_amount(config.cache.free_floor)},
        {"complete_ranges", config.cache.complete_ranges},
        {"scrub_rate", config.cache.scrub_rate ? format_rate(*config.cache.scrub_rate) : "off"},
        {"scrub_interval", format_duration(config.cache.scrub_interval)}}},
      {"listeners", list_of(config.listeners)},
      {"default_upstream", config.default_upstream},
      {"upstreams", list_of(config.upstreams)},
      {"freshness", list_of(config.freshness)},
      {"offline", config.offline},
      {"deadlines",
       {{"manifest", format_duration(deadlines.manifest)},
        {"first_byte", format_duration(deadlines.first_byte)},
        {"stall", format_duration(deadlines.stall)},
        {"connect", format_duration(deadlines.connect)}}},
      {"drain_timeout", format_duration(config.drain_timeout)},
      {"tokens", tree_of(config.tokens)},
      {"control", {{"socket", config.control.socket.string()}}},
      {"metrics", {{"address", config.metrics_address}}},
      {"log", {{"level", config.log.level}, {"format", config.log.format}}},
  };
  if (!config.egress_allow.empty()) tree["egress"] = {{"allow", config.egress_allow}};
  return tree;
}

// Trees hold mappings, lists, texts and flags only.
void emit(const Tree& tree, YAML::Emitter& out) {
  if (tree.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : tree.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(value, out);
    }
    out << YAML::EndMap;
  } else if (tree.is_array()) {
    out << YAML::BeginSeq;
    for (const Tree& item : tree) emit(item, out);
    out << YAML::EndSeq;
  } else if (tree.is_boolean()) {
    out << tree.get<bool>();
  } else {
    out << tree.get<std::string>();
  }
}

}  // namespace

std::string to_yaml(const Config& config) {
  YAML::Emitter out;
  emit(tree_of(config), out);
  return std::string(out.c_str()) + "\n";
}

std::string to_json(const Config& config) {
  return tree_of(config).dump(2, ' ', /*ensure_ascii=*/false, Tree::error_handler_t::replace);
}

}  // namespace larder::config
