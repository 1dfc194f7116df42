#include <algorithm>
#include <map>

#include "daemon/config/names.h"
#include "daemon/config/sections.h"

namespace larder::config {

namespace {

constexpr std::string_view kEndpointShape = "a URL such as https://registry.example:5000";

bool anything(std::string_view) {
  return true;
}

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::all_of(text.begin(), text.end(), fits) && !(text[0] >= '0' && text[0] <= '9');
}

// RFC 7617: the first colon ends the user name.
bool is_username(std::string_view text) {
  return text.find(':') == text.npos;
}

bool comes_later(std::string_view kind) {
  constexpr std::string_view kLater[] = {
      "docker-config", "kubernetes-secret", "exec", "ecr", "gcp", "acr"};
  return std::find(std::begin(kLater), std::end(kLater), kind) != std::end(kLater);
}

std::optional<AuthKind> read_kind(Section& section) {
  const YamlNode* const kind = section.find("kind");
  if (kind == nullptr) {
    section.refuse("kind", "nothing", "anonymous or basic");
  } else if (kind->text == "anonymous") {
    return AuthKind::anonymous;
  } else if (kind->text == "basic") {
    return AuthKind::basic;
  } else if (comes_later(kind->text)) {
    section.refuse("kind", in_quotes(kind->text) + ", which is not available in this version",
                   "anonymous or basic");
  } else {
    section.refuse(*kind, "kind", "anonymous or basic");
  }
  return std::nullopt;
}

void read_basic(Section& section, Auth& auth) {
  section.require("username", "a user name");
  section.read_text("username", "a user name without a colon", is_username, auth.username);
  section.read_text("password_file", "the path of a file", anything, auth.password.file);
  section.read_text("password_env", "the name of an environment variable", is_variable_name,
                    auth.password.environment);
  const bool in_file = section.has("password_file");
  if (in_file && section.has("password_env")) {
    section.refuse("password_env", "both password_file and password_env", "one of them");
  } else if (!in_file && !section.has("password_env")) {
    section.refuse("password_file", "nothing", "password_file or password_env");
  }
}

void refuse_credentials(Section& section) {
  for (const std::string_view key : {"username", "password_file", "password_env"}) {
    if (section.has(key)) section.refuse(key, "a credential", "it only with kind: basic");
  }
}

void read_auth(Section& upstream, Auth& auth) {
  std::optional<Section> section = upstream.read_section("auth");
  if (!section) return;
  if (const std::optional<AuthKind> kind = read_kind(*section)) {
    auth.kind = *kind;
    if (auth.kind == AuthKind::basic) read_basic(*section, auth);
    if (auth.kind == AuthKind::anonymous) refuse_credentials(*section);
  } else {
    for (const std::string_view key : {"username", "password_file", "password_env"}) {
      static_cast<void>(section->find(key));
    }
  }
  if (section->has("password")) {
    section->refuse("password", "a secret in the config",
                    "password_file or password_env: secrets come from a file or the environment");
  }
  section->finish();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// docker.io itself serves no registry.
std::vector<std::string> implied_endpoints(const std::string& match) {
  if (lower(match) == "docker.io") return {"https://registry-1.docker.io"};
  return {};
}

std::vector<std::string> read_endpoints(Section& upstream, const std::string& match) {
  const auto elements = upstream.read_list("endpoints", "a list of URLs");
  if (!elements) return implied_endpoints(match);
  if (elements->empty()) upstream.refuse("endpoints", "an empty list", "at least one URL");
  std::vector<std::string> endpoints;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const YamlNode& node = *(*elements)[i];
    const std::string key = "endpoints[" + std::to_string(i) + "]";
    if (node.kind != YamlNode::Kind::scalar) {
      upstream.refuse(node, key, kEndpointShape);
    } else if (const std::optional<std::string> fault = endpoint_fault(node.text)) {
      upstream.refuse_at(node.line, upstream.path_of(key), *fault, kEndpointShape);
    }
    endpoints.push_back(node.text);
  }
  return endpoints;
}

Upstream read_upstream(Section& section) {
  Upstream upstream;
  section.require("match", "a host or a pattern of hosts");
  section.read_text("match", "a host such as ghcr.io or a pattern such as *.gcr.io",
                    is_host_pattern, upstream.match);
  upstream.endpoints = read_endpoints(section, upstream.match);
  read_auth(section, upstream.auth);
  section.read_text("ca", "the path of a PEM file", anything, upstream.ca_file);
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
    const auto [first, is_new] = lines.emplace(lower(match), section.line_of("match"));
    if (is_new || match.empty()) continue;
    section.refuse("match", in_quotes(match),
                   "another than line " + std::to_string(first->second) +
                       " has: the first match wins, so this one is never used");
  }
}

}  // namespace larder::config
