#include "daemon/config/read_listener.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "daemon/config/names.h"
#include "daemon/config/networks.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kListenerNameCharsMax = 32;  // a label of metrics, and part of every log line
constexpr TextsShape kHosts{"a list of hosts",
                            "a host such as ghcr.io or a pattern such as *.gcr.io, without a port",
                            is_portless_host_pattern};
constexpr TextsShape kUpstreams{
    "a list of hosts", "a host such as ghcr.io or a pattern such as *.gcr.io", is_host_pattern};
constexpr TextsShape kSources{"a list of networks",
                              "a network such as 10.0.0.0/8 or fd00::/8, or an address", is_source};
constexpr std::string_view kModeShape = "the mode of a file in quotes, such as \"0660\"";

bool is_listener_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return text.size() <= kListenerNameCharsMax && std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::uint32_t> number_of(std::string_view text, int base) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_mode(std::string_view text) {
  return (text.size() == 3 || (text.size() == 4 && text.starts_with('0'))) &&
         number_of(text, 8).value_or(~0U) <= 0777;
}

bool is_user_id(std::string_view text) {
  return number_of(text, 10).has_value();
}

// Whether clients have a way to get a token.
bool can_be_proven(const Tokens& tokens, const Listener& listener) {
  return tokens.anonymous || !tokens.htpasswd_file.empty() || !tokens.issuers.empty() ||
         !tokens.access_keys_file.empty() || listener.tls.clients != ClientCertificates::none;
}

void read_rights(Section& section, const Tokens& tokens, Listener& listener) {
  std::string auth(to_string(listener.auth));
  section.read_choice("auth", {"none", "tenant", "required"}, auth);
  for (const ListenerAuth one : {ListenerAuth::tenant, ListenerAuth::required}) {
    if (auth == to_string(one)) listener.auth = one;
  }
  if (listener.auth == ListenerAuth::required && !can_be_proven(tokens, listener)) {
    section.refuse("auth", "required, and no way to get a token",
                   "tokens.htpasswd, tokens.issuers, tokens.access_keys, tls.client_ca, or "
                   "tokens.anonymous: true");
  }
  section.read_text("policy", "the absolute path of a policy, such as /etc/larder/policy.json",
                    is_absolute_path, listener.policy_file);
  std::string mode(to_string(listener.policy_mode));
  section.read_choice("policy_mode", {"enforce", "dry-run"}, mode);
  if (mode == to_string(PolicyMode::dry_run)) listener.policy_mode = PolicyMode::dry_run;
  if (section.has("policy_mode") && listener.policy_file.empty()) {
    section.refuse("policy_mode", mode, "a policy beside it");
  }
}

// A list that says who or what may, and names none: everybody, or nobody?
void read_named(Section& section, std::string_view key, const TextsShape& shape,
                std::vector<std::string>& into) {
  std::vector<std::string> named{std::string()};
  section.read_texts(key, shape, named);
  if (!section.has(key)) return;
  if (named.empty()) section.refuse(key, "an empty list", "at least one, or the key left out");
  into = std::move(named);
}

void read_socket(Section& section, Listener& listener) {
  std::optional<Section> socket = section.read_section("socket");
  if (!socket) return;
  if (!listener.address.starts_with("unix:")) {
    section.refuse("socket", "the settings of a unix socket",
                   "an address such as unix:/run/x.sock");
  }
  std::string mode;
  socket->read_text("mode", kModeShape, is_mode, mode);
  if (!mode.empty()) listener.socket.mode = number_of(mode, 8);
  std::vector<std::string> ids;
  read_named(*socket, "user_ids", {"a list of user ids", "a number", is_user_id}, ids);
  for (const auto& id : ids) {
    if (const auto number = number_of(id, 10)) listener.socket.user_ids.push_back(*number);
  }
  socket->finish();
}

void read_sources(Section& section, Listener& listener) {
  section.read_flag("public", listener.is_public);
  if (is_public_address(listener.address) && !listener.is_public) {
    section.refuse("address", listener.address + ", which more than a private network may reach",
                   "a private address, interface:NAME:port, or public: true beside it");
  }
  read_named(section, "allow", kSources, listener.allow);
  read_named(section, "proxy_protocol", kSources, listener.proxies);
  const bool is_local = listener.address.starts_with("unix:");
  for (const auto* key : {"allow", "proxy_protocol"}) {
    if (is_local && section.has(key)) section.refuse(key, "networks", "socket.user_ids");
  }
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

std::string_view to_string(PolicyMode mode) {
  return mode == PolicyMode::dry_run ? "dry-run" : "enforce";
}

void read_egress(Section& root, std::vector<std::string>& networks) {
  std::optional<Section> section = root.read_section("egress");
  if (!section) return;
  section->require("allow", "a list of networks");
  read_named(*section, "allow", kSources, networks);
  section->finish();
}

Listener read_listener(Section section, const Tokens& tokens) {
  Listener listener{"", ""};
  section.require("name", "a name such as node");
  section.read_text("name", "at most 32 of the characters a-z, 0-9 and -", is_listener_name,
                    listener.name);
  section.require("address", kAddressShape);
  section.read_text("address", kAddressShape, is_listen_address, listener.address);
  read_socket(section, listener);
  read_sources(section, listener);
  listener.tls = read_tls(section);
  section.read_texts("hosts", kHosts, listener.hosts);
  read_named(section, "upstreams", kUpstreams, listener.upstreams);
  read_rights(section, tokens, listener);
  listener.limits = read_limits(section, default_limits(listener.address));
  section.finish();
  return listener;
}

}  // namespace larder::config
