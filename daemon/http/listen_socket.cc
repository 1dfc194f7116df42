#include "daemon/http/listen_socket.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace larder::http {

namespace {

constexpr int kBacklog = 1024;

Error invalid(std::string_view text, std::string_view why) {
  return {Errc::invalid, "address \"" + std::string(text) + "\": " + std::string(why)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// "[::1]" -> "::1", "10.0.0.1" as it is; nothing for anything else with a colon or a bracket.
std::optional<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    const std::string host(text.substr(1, text.size() - 2));
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1 ? std::optional(host) : std::nullopt;
  }
  const bool plain = !text.empty() && text.find_first_of(":[]/ \t") == std::string_view::npos;
  return plain ? std::optional(std::string(text)) : std::nullopt;
}

SocketAddress copy_of(const sockaddr* address, socklen_t size) {
  SocketAddress copy;
  std::memcpy(&copy.storage, address, size);
  copy.size_bytes = size;
  return copy;
}

Result<SocketAddress> find_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failure = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); failure != 0) {
    return invalid(host, ::gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  return copy_of(found->ai_addr, found->ai_addrlen);
}

Result<SocketAddress> find_interface(const std::string& name) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return from_errno("getifaddrs", errno);
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  for (const int family : {AF_INET, AF_INET6}) {
    for (const auto* entry = all; entry != nullptr; entry = entry->ifa_next) {
      if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != family) continue;
      if (name != entry->ifa_name) continue;
      return copy_of(entry->ifa_addr,
                     family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    }
  }
  return invalid("interface:" + name, "no such interface, or it has no address");
}

Result<SocketAddress> unix_address(const std::string& path) {
  if (auto address = SocketAddress::of_unix_path(path)) return *address;
  return invalid(path, "path too long for a socket");
}

UniqueFd new_socket(int family) {
  return UniqueFd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// A socket file left behind by a process that is gone would keep its path taken for ever.
void remove_stale_file(const std::string& path, const SocketAddress& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const auto probe = new_socket(AF_UNIX);
  if (::connect(probe.get(), address.get(), address.size_bytes) != 0 && errno == ECONNREFUSED) {
    ::unlink(path.c_str());
  }
}

// Accepted sockets inherit TCP_NODELAY: without it small answers wait for acknowledgements.
void set_tcp_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Result<SocketAddress> find_address(const ListenAddress& address) {
  if (address.kind == ListenAddress::Kind::unix) return unix_address(address.name);
  auto found = address.kind == ListenAddress::Kind::host ? find_host(address.name)
                                                         : find_interface(address.name);
  if (found) found->set_port(address.port);
  return found;
}

Error bind_error(const ListenAddress& address) {
  const int error_number = errno;
  const bool has_port = address.kind != ListenAddress::Kind::unix;
  const std::string port = has_port ? ":" + std::to_string(address.port) : "";
  auto error = from_errno("bind " + address.name + port, error_number);
  if (error_number == EADDRINUSE) error.code = Errc::busy;
  if (error_number == EADDRNOTAVAIL) error.code = Errc::invalid;
  return error;
}

}  // namespace

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kInterface = "interface:";
  constexpr std::string_view kForms =
      "expected host:port, [v6]:port, interface:NAME:port or unix:/path";
  if (text.starts_with(kUnix)) {
    const std::string path(text.substr(kUnix.size()));
    if (!path.starts_with('/')) return invalid(text, kForms);
    return ListenAddress{Kind::unix, path, 0};
  }
  const bool of_interface = text.starts_with(kInterface);
  const auto rest = of_interface ? text.substr(kInterface.size()) : text;
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return invalid(text, kForms);
  const auto port = parse_port(rest.substr(colon + 1));
  if (!port) return invalid(text, "the port is no number from 0 to 65535");

  const auto name = rest.substr(0, colon);
  if (of_interface) {
    if (name.empty() || name.size() >= IFNAMSIZ) return invalid(text, kForms);
    return ListenAddress{Kind::interface, std::string(name), *port};
  }
  auto host = parse_host(name);
  if (!host) return invalid(text, kForms);
  return ListenAddress{Kind::host, std::move(*host), *port};
}

Result<ListenSocket> ListenSocket::open(const ListenAddress& address, mode_t unix_mode) {
  auto found = find_address(address);
  if (!found) return found.error();
  const bool is_unix = address.kind == ListenAddress::Kind::unix;
  if (is_unix) remove_stale_file(address.name, *found);

  auto socket = new_socket(found->storage.ss_family);
  if (!socket) return from_errno("socket", errno);
  if (!is_unix) set_tcp_options(socket.get());
  // Before it has a name: bind(2) gives the file no more than this, so nobody slips in meanwhile.
  if (is_unix) ::fchmod(socket.get(), unix_mode);
  if (::bind(socket.get(), found->get(), found->size_bytes) != 0) return bind_error(address);
  ListenSocket listener(std::move(socket), is_unix ? address.name : "");
  if (is_unix && ::chmod(address.name.c_str(), unix_mode) != 0) {
    return from_errno("chmod " + address.name, errno);
  }
  if (::listen(listener.descriptor(), kBacklog) != 0) return bind_error(address);
  return listener;
}

ListenSocket::ListenSocket(UniqueFd socket, std::string path)
    : socket_(std::move(socket)), path_(std::move(path)) {}

ListenSocket::~ListenSocket() {
  if (socket_ && !path_.empty()) ::unlink(path_.c_str());
}

std::string ListenSocket::address() const {
  if (!path_.empty()) return "unix:" + path_;
  SocketAddress bound;
  bound.size_bytes = sizeof bound.storage;
  ::getsockname(descriptor(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.size_bytes);
  return bound.str();
}

std::string peer_text(const SocketAddress& peer) {
  if (peer.storage.ss_family == AF_INET) return peer.str();
  if (peer.storage.ss_family != AF_INET6) return "unix";
  constexpr std::string_view kMapped = "[::ffff:";
  auto text = peer.str();
  if (!text.starts_with(kMapped) || text.find('.') == std::string::npos) return text;
  return text.substr(kMapped.size()).erase(text.find(']') - kMapped.size(), 1);
}

}  // namespace larder::http
