// A listener of the configuration, as a value (docs/configuration.md, "listeners").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/auth.h"

namespace larder::config {

// PEM files; both or none.
struct CertificatePair {
  std::string certificate_file;
  std::string key_file;
  bool operator==(const CertificatePair&) const = default;
};

enum class ClientCertificates { none, optional, required };
std::string_view to_string(ClientCertificates wanted);

struct Tls {
  std::vector<CertificatePair> certificates;  // chosen by the name asked for; empty: no TLS
  std::string client_ca_file;
  ClientCertificates clients = ClientCertificates::none;
  bool operator==(const Tls&) const = default;
};

// What is at most taken; 0, or no rate: no limit. As it is for a local listener.
struct Limits {
  std::uint64_t connections = 4096;
  std::uint64_t requests = 0;           // in flight
  std::optional<std::uint64_t> rate{};  // bytes per second
  std::uint64_t connections_per_source = 0;
  std::uint64_t requests_per_source = 0;
  std::optional<std::uint64_t> rate_per_source{};
  Milliseconds head_timeout{10000};
  Milliseconds idle_timeout{30000};
  bool operator==(const Limits&) const = default;
};

// Without a word in the config: where others reach it, no source may have it for itself, and those
// who never take their answers leave threads to everybody else.
Limits default_limits(std::string_view listen_address);

// Of a listener on a unix socket.
struct SocketFile {
  std::optional<std::uint32_t> mode{};    // nothing: as the umask has it
  std::vector<std::uint32_t> user_ids{};  // who may connect; empty: whom the mode lets
  bool operator==(const SocketFile&) const = default;
};

enum class PolicyMode { enforce, dry_run };
std::string_view to_string(PolicyMode mode);

struct Listener {
  std::string name = "node";
  std::string address = "127.0.0.1:5050";
  // Whether it may be an address that the whole internet, or every network, reaches.
  bool is_public = false;
  Tls tls{};
  SocketFile socket{};
  std::vector<std::string> allow{};    // sources, as networks; empty: all
  std::vector<std::string> proxies{};  // networks whose connections begin with a PROXY header
  // Hosts, or globs over hosts, without ports: a request that names one in its Host header is for
  // that upstream.
  std::vector<std::string> hosts{};
  std::vector<std::string> upstreams{};  // hosts, or globs, that can be reached; empty: all
  ListenerAuth auth = ListenerAuth::none;
  std::string policy_file{};  // empty: none
  PolicyMode policy_mode = PolicyMode::enforce;
  Limits limits{};
  bool operator==(const Listener&) const = default;
};

}  // namespace larder::config
