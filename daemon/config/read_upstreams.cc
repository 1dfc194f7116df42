#include <algorithm>
#include <map>

#include "daemon/config/names.h"
#include "daemon/config/read_access.h"
#include "daemon/config/sections.h"
#include "daemon/config/urls.h"

namespace larder::config {

namespace {

constexpr std::string_view kUrlTextShape = "a URL such as https://registry.example:5000";
constexpr std::string_view kEndpointShape =
    "a URL such as https://registry.example:5000, or a mapping with a url";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Patterns with the same result match the same hosts.
std::string canonical(const std::string& match) {
  auto name = lower(match);
  if (name == "index.docker.io" || name == "registry-1.docker.io") return "docker.io";
  return name;
}

// docker.io itself serves no registry.
std::vector<Endpoint> implied_endpoints(const std::string& match) {
  if (canonical(match) == "docker.io") return {{"https://registry-1.docker.io"}};
  return {};
}

Endpoint read_endpoint_mapping(Section section) {
  Endpoint endpoint;
  const YamlNode* const url = section.find("url");
  if (url == nullptr) {
    section.refuse("url", "nothing", kUrlTextShape);
  } else if (url->kind != YamlNode::Kind::scalar) {
    section.refuse(*url, "url", kUrlTextShape);
  } else {
    if (const auto fault = endpoint_fault(url->text)) section.refuse("url", *fault, kUrlTextShape);
    endpoint.url = url->text;
  }
  Access access = read_access(section);
  section.finish();
  endpoint.auth = std::move(access.auth);
  endpoint.ca_file = std::move(access.ca_file);
  endpoint.client_certificate = std::move(access.client_certificate);
  endpoint.proxy = std::move(access.proxy);
  return endpoint;
}

Endpoint read_endpoint(Section& upstream, std::size_t number, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::mapping) {
    return read_endpoint_mapping(upstream.element("endpoints", number, node));
  }
  const std::string key = "endpoints[" + std::to_string(number) + "]";
  if (node.kind != YamlNode::Kind::scalar) {
    upstream.refuse(node, key, kEndpointShape);
  } else if (const std::optional<std::string> fault = endpoint_fault(node.text)) {
    upstream.refuse_at(node.line, upstream.path_of(key), *fault, kEndpointShape);
  }
  return {node.text};
}

std::vector<Endpoint> read_endpoints(Section& upstream, const std::string& match) {
  const auto elements = upstream.read_list("endpoints", "a list of URLs");
  if (!elements) return implied_endpoints(match);
  if (elements->empty()) upstream.refuse("endpoints", "an empty list", "at least one URL");
  std::vector<Endpoint> endpoints;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    endpoints.push_back(read_endpoint(upstream, i, *(*elements)[i]));
  }
  return endpoints;
}

Upstream read_upstream(Section& section) {
  Upstream upstream;
  section.require("match", "a host or a pattern of hosts");
  section.read_text("match", "a host such as ghcr.io or a pattern such as *.gcr.io",
                    is_host_pattern, upstream.match);
  upstream.endpoints = read_endpoints(section, upstream.match);
  Access access = read_access(section);
  upstream.auth = std::move(access.auth).value_or(Auth{});
  upstream.ca_file = std::move(access.ca_file).value_or("");
  upstream.client_certificate = std::move(access.client_certificate).value_or(ClientCertificate{});
  upstream.proxy = std::move(access.proxy).value_or(Proxy{});
  std::string select = "ordered";
  section.read_choice("select", {"ordered", "latency"}, select);
  upstream.select = select == "latency" ? Selection::latency : Selection::ordered;
  section.finish();
  return upstream;
}

}  // namespace

void read_upstreams(Section& root, Config& config) {
  const auto elements = root.read_list("upstreams", "a list of upstreams");
  if (!elements) return;
  if (elements->empty()) root.refuse("upstreams", "an empty list", "at least one upstream");
  config.upstreams.clear();
  std::map<std::string, int> lines;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    Section section = root.element("upstreams", i, *(*elements)[i]);
    config.upstreams.push_back(read_upstream(section));
    const std::string& match = config.upstreams.back().match;
    const auto [first, is_new] = lines.emplace(canonical(match), section.line_of("match"));
    if (is_new || match.empty()) continue;
    section.refuse("match", in_quotes(match),
                   "another than line " + std::to_string(first->second) +
                       " has: the first match wins, so this one is never used");
  }
}

}  // namespace larder::config
