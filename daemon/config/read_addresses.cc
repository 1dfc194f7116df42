#include <algorithm>

#include "daemon/config/names.h"
#include "daemon/config/sections.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kNameCharsMax = 32;  // a label of metrics, and part of every log line
constexpr std::size_t kListenersMax = 16;
constexpr std::string_view kAddressShape =
    "host:port, [v6]:port, interface:NAME:port or unix:/path";
constexpr TextsShape kHosts{"a list of hosts",
                            "a host such as ghcr.io or a pattern such as *.gcr.io, without a port",
                            is_portless_host_pattern};
constexpr std::string_view kSocketShape =
    "the path of a unix socket, from / and at most 107 characters, such as /run/larder/larder.sock";

bool is_listener_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return text.size() <= kNameCharsMax && std::all_of(text.begin(), text.end(), fits);
}

// A name or address that must be there once, with its place in the file.
struct Claim {
  std::string key;
  int line;  // 0: a default, not in the file
  std::string value;
};

// Two claims of one value: told at the one that comes later in the file.
void refuse_doubles(const std::vector<Claim>& claims, Section& root) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto first =
        std::find_if(claims.begin(), claims.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const Claim& claim) { return claim.value == claims[i].value; });
    if (first->key == claims[i].key) continue;
    const Claim& later = first->line > claims[i].line ? *first : claims[i];
    const Claim& earlier = first->line > claims[i].line ? claims[i] : *first;
    const std::string where =
        earlier.line == 0 ? " by default" : " on line " + std::to_string(earlier.line);
    root.refuse_at(later.line, later.key, in_quotes(later.value),
                   "another than " + earlier.key + " has" + where);
  }
}

struct Claims {
  std::vector<Claim> names;
  std::vector<Claim> addresses;

  void add_address(std::string key, int line, const std::string& address) {
    if (is_fixed_address(address)) addresses.push_back({std::move(key), line, address});
  }
};

// Whether clients have a way to get a token.
bool can_be_proven(const Tokens& tokens) {
  return tokens.anonymous || !tokens.htpasswd_file.empty() || !tokens.issuers.empty();
}

void read_rights(Section& section, const Tokens& tokens, Listener& listener) {
  std::string auth(to_string(listener.auth));
  section.read_choice("auth", {"none", "tenant", "required"}, auth);
  for (const ListenerAuth one : {ListenerAuth::tenant, ListenerAuth::required}) {
    if (auth == to_string(one)) listener.auth = one;
  }
  if (listener.auth == ListenerAuth::required && !can_be_proven(tokens)) {
    section.refuse("auth", "required, and no way to get a token",
                   "tokens.htpasswd, tokens.issuers, or tokens.anonymous: true");
  }
  section.read_text("policy", "the absolute path of a policy, such as /etc/larder/policy.json",
                    is_absolute_path, listener.policy_file);
}

Listener read_listener(Section section, const Tokens& tokens, Claims& claims) {
  Listener listener{"", ""};
  section.require("name", "a name such as node");
  section.read_text("name", "at most 32 of the characters a-z, 0-9 and -", is_listener_name,
                    listener.name);
  section.require("address", kAddressShape);
  section.read_text("address", kAddressShape, is_listen_address, listener.address);
  section.read_texts("hosts", kHosts, listener.hosts);
  read_rights(section, tokens, listener);
  section.refuse_later({"tls", "allow"});
  section.finish();
  if (!listener.name.empty()) {
    claims.names.push_back({section.path_of("name"), section.line_of("name"), listener.name});
  }
  claims.add_address(section.path_of("address"), section.line_of("address"), listener.address);
  return listener;
}

void read_listeners(Section& root, Config& config, Claims& claims) {
  const auto elements = root.read_list("listeners", "a list of listeners");
  if (!elements) {
    for (const Listener& one : config.listeners) claims.add_address("listeners", 0, one.address);
    return;
  }
  if (elements->empty() || elements->size() > kListenersMax) {
    return root.refuse("listeners", std::to_string(elements->size()) + " listeners", "1 to 16");
  }
  config.listeners.clear();
  for (std::size_t i = 0; i < elements->size(); ++i) {
    Section section = root.element("listeners", i, *(*elements)[i]);
    config.listeners.push_back(read_listener(std::move(section), config.tokens, claims));
  }
}

void read_metrics(Section& root, std::string& address, Claims& claims) {
  std::optional<Section> section = root.read_section("metrics");
  if (!section) return claims.add_address("metrics.address", 0, address);
  section->read_text("address", kAddressShape, is_listen_address, address);
  section->finish();
  const int line = section->has("address") ? section->line_of("address") : 0;
  claims.add_address("metrics.address", line, address);
}

void read_control(Section& root, Control& control, Claims& claims) {
  std::optional<Section> section = root.read_section("control");
  std::string socket = control.socket.string();
  int line = 0;
  if (section) {
    section->read_text("socket", kSocketShape, is_socket_path, socket);
    section->finish();
    control.is_required = section->has("socket");
    line = control.is_required ? section->line_of("socket") : 0;
  }
  control.socket = socket;
  claims.add_address("control.socket", line, "unix:" + socket);
}

}  // namespace

std::string_view to_string(ListenerAuth auth) {
  switch (auth) {
    case ListenerAuth::none:
      return "none";
    case ListenerAuth::tenant:
      return "tenant";
    case ListenerAuth::required:
      return "required";
  }
  return "none";
}

void read_addresses(Section& root, Config& config) {
  Claims claims;
  read_listeners(root, config, claims);
  read_metrics(root, config.metrics_address, claims);
  read_control(root, config.control, claims);
  refuse_doubles(claims.names, root);
  refuse_doubles(claims.addresses, root);
}

}  // namespace larder::config
