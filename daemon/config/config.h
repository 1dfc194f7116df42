// The configuration of `larder serve` (docs/configuration.md), as values.
//
// Every field's default is what serves when the file does not name it. A room gets the part it
// needs at construction; nobody reads the file again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/config/auth.h"
#include "daemon/config/listener.h"

namespace larder::config {

// A share of the file system ("80%") or bytes ("200GiB").
struct Amount {
  std::optional<double> percent;  // 0 < percent <= 100
  std::uint64_t bytes = 0;        // when percent is empty
  std::uint64_t of(std::uint64_t total_bytes) const;
  bool operator==(const Amount&) const = default;
};

struct Cache {
  std::filesystem::path path = "/var/lib/larder";
  Amount budget{80.0, 0};
  Amount free_floor{5.0, 0};
  bool complete_ranges = false;  // true: a blob of which only ranges were asked is fetched whole
  std::optional<std::uint64_t> scrub_rate = 16ULL << 20;  // bytes per second; empty: no scrubber
  Milliseconds scrub_interval = std::chrono::hours(24);   // a full pass at most this often
  bool operator==(const Cache&) const = default;
};

// PEM files; both or none.
struct ClientCertificate {
  std::string certificate_file;
  std::string key_file;
  bool operator==(const ClientCertificate&) const = default;
};

enum class ProxyKind { environment, none, server };

struct Proxy {
  ProxyKind kind = ProxyKind::environment;  // HTTPS_PROXY, HTTP_PROXY and NO_PROXY at start
  std::string url;                          // server: http:// or https://, a host, a port
  std::vector<std::string> no_proxy;        // server: as entries of NO_PROXY
  std::string username;                     // server; empty: the proxy wants no credential
  SecretPlace password;                     // server, with a username
  bool operator==(const Proxy&) const = default;
};

// A URL, and what differs there from the rest of its upstream.
struct Endpoint {
  std::string url;
  std::optional<Auth> auth{};
  std::optional<std::string> ca_file{};
  std::optional<ClientCertificate> client_certificate{};
  std::optional<Proxy> proxy{};
  bool operator==(const Endpoint&) const = default;
};

enum class Selection {
  ordered,  // the first that works
  latency,  // the one that answers fastest
};

struct Upstream {
  std::string match;                // a host, or a glob over hosts
  std::vector<Endpoint> endpoints;  // empty: https://<host asked for>
  Auth auth;
  std::string ca_file;
  ClientCertificate client_certificate{};  // empty: none
  Selection select = Selection::ordered;
  Proxy proxy{};
  bool operator==(const Upstream&) const = default;
};

struct Freshness {
  std::string match;  // glob over "upstream/repository:tag"; * within a component, ** across
  Milliseconds ttl{};
  std::optional<Milliseconds> stale_for;  // empty: for ever
  bool operator==(const Freshness&) const = default;
};

struct Deadlines {
  Milliseconds manifest{3000};
  Milliseconds first_byte{5000};
  Milliseconds stall{10000};
  Milliseconds connect{1000};
  bool operator==(const Deadlines&) const = default;
};

// Where the commands of `larder` reach the daemon.
struct Control {
  std::filesystem::path socket = "/run/larder/larder.sock";
  // The file names the socket: then it must work. The default one may be missing.
  bool is_required = false;
  bool operator==(const Control& other) const { return socket == other.socket; }
};

struct Log {
  std::string level = "info";
  std::string format = "json";
  bool operator==(const Log&) const = default;
};

struct Config {
  Cache cache;
  std::vector<Listener> listeners{Listener{}};
  std::string default_upstream = "docker.io";
  std::vector<Upstream> upstreams;   // defaults: default_upstreams()
  std::vector<Freshness> freshness;  // defaults: default_freshness()
  bool offline = false;
  Deadlines deadlines;
  Milliseconds drain_timeout{25000};
  std::vector<std::string> egress_allow{};  // networks that Larder dials; empty: all
  Tokens tokens;
  Control control;
  std::string metrics_address = "127.0.0.1:5051";
  Log log;
  bool operator==(const Config&) const = default;
};

std::vector<Upstream> default_upstreams();
std::vector<Freshness> default_freshness();
Config default_config();

// Returns: invalid with one line per problem: "FILE:LINE: KEY: what is wrong, what was expected".
// Unknown keys, wrong types and values out of range are problems. All are reported, not only the
// first.
Result<Config> parse_config(std::string_view yaml, const std::string& file_name);

// Returns: not_found when there is no such file; as parse_config otherwise.
Result<Config> load_config(const std::filesystem::path& file);

// The effective config as YAML that parse_config reads back to the same value. Holds no secret.
std::string to_yaml(const Config& config);

}  // namespace larder::config
