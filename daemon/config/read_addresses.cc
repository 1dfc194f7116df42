#include <algorithm>

#include "daemon/config/names.h"
#include "daemon/config/read_listener.h"
#include "daemon/config/sections.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kListenersMax = 16;
constexpr std::string_view kSocketShape =
    "the path of a unix socket, from / and at most 107 characters, such as /run/larder/larder.sock";

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

  void add(const Section& section, const Listener& listener) {
    if (!listener.name.empty()) {
      names.push_back({section.path_of("name"), section.line_of("name"), listener.name});
    }
    add_address(section.path_of("address"), section.line_of("address"), listener.address);
  }

  void add_address(std::string key, int line, const std::string& address) {
    if (is_fixed_address(address)) addresses.push_back({std::move(key), line, address});
  }
};

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
    claims.add(section, config.listeners.emplace_back(read_listener(section, config.tokens)));
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

void read_addresses(Section& root, Config& config) {
  Claims claims;
  read_listeners(root, config, claims);
  read_metrics(root, config.metrics_address, claims);
  read_control(root, config.control, claims);
  refuse_doubles(claims.names, root);
  refuse_doubles(claims.addresses, root);
}

}  // namespace larder::config
