#include <algorithm>

#include "daemon/config/names.h"
#include "daemon/config/sections.h"

namespace larder::config {

namespace {

constexpr std::size_t kNameCharsMax = 32;  // a label of metrics, and part of every log line
constexpr std::size_t kListenersMax = 16;
constexpr std::string_view kAddressShape =
    "host:port, [v6]:port, interface:NAME:port or unix:/path";
constexpr std::string_view kHostShape =
    "a host such as ghcr.io or a pattern such as *.gcr.io, without a port";
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

void refuse_what_comes_later(Section& section) {
  section.refuse_later({"tls", "allow", "policy"});
  const YamlNode* const auth = section.find("auth");
  if (auth == nullptr || (auth->kind == YamlNode::Kind::scalar && auth->text == "none")) return;
  if (auth->text == "tenant" || auth->text == "required") {
    section.refuse("auth", in_quotes(auth->text) + ", which is not available in this version",
                   "none");
  } else {
    section.refuse(*auth, "auth", "none");
  }
}

std::vector<std::string> read_hosts(Section& section) {
  std::vector<std::string> hosts;
  const auto elements = section.read_list("hosts", "a list of hosts");
  if (!elements) return hosts;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const YamlNode& node = *(*elements)[i];
    if (node.kind != YamlNode::Kind::scalar || !is_portless_host_pattern(node.text)) {
      section.refuse(node, "hosts[" + std::to_string(i) + "]", kHostShape);
    }
    hosts.push_back(node.text);
  }
  return hosts;
}

Listener read_listener(Section section, Claims& claims) {
  Listener listener{"", ""};
  section.require("name", "a name such as node");
  section.read_text("name", "at most 32 of the characters a-z, 0-9 and -", is_listener_name,
                    listener.name);
  section.require("address", kAddressShape);
  section.read_text("address", kAddressShape, is_listen_address, listener.address);
  listener.hosts = read_hosts(section);
  refuse_what_comes_later(section);
  section.finish();
  if (!listener.name.empty()) {
    claims.names.push_back({section.path_of("name"), section.line_of("name"), listener.name});
  }
  claims.add_address(section.path_of("address"), section.line_of("address"), listener.address);
  return listener;
}

std::vector<Listener> read_listeners(Section& root, std::vector<Listener> defaults,
                                     Claims& claims) {
  const auto elements = root.read_list("listeners", "a list of listeners");
  if (!elements) {
    for (const Listener& listener : defaults) claims.add_address("listeners", 0, listener.address);
    return defaults;
  }
  if (elements->empty() || elements->size() > kListenersMax) {
    root.refuse("listeners", std::to_string(elements->size()) + " listeners", "1 to 16");
    return defaults;
  }
  std::vector<Listener> listeners;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    listeners.push_back(read_listener(root.element("listeners", i, *(*elements)[i]), claims));
  }
  return listeners;
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

void read_addresses(Section& root, Config& config) {
  Claims claims;
  config.listeners = read_listeners(root, std::move(config.listeners), claims);
  read_metrics(root, config.metrics_address, claims);
  read_control(root, config.control, claims);
  refuse_doubles(claims.names, root);
  refuse_doubles(claims.addresses, root);
}

}  // namespace larder::config
