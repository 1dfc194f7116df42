#include "daemon/http/entrance.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/http/proxy_header.h"

namespace larder::http {

namespace {

bool is_out_of_descriptors(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

Entrance::Arrival::Kind why_nobody(int error_number) {
  using Kind = Entrance::Arrival::Kind;
  if (is_out_of_descriptors(error_number)) return Kind::no_room;
  return error_number == ECONNABORTED || error_number == EINTR ? Kind::gone : Kind::nobody;
}

// With a reset: an orderly end would leave the kernel with a socket to remember for a minute, for
// each of a flood.
void close_at_once(UniqueFd socket) {
  constexpr linger kReset{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &kReset, sizeof kReset);
}

}  // namespace

Result<std::unique_ptr<Entrance>> Entrance::create(ListenSocket listener,
                                                   const ServerOptions& options) {
  std::unique_ptr<TlsServer> server;
  if (options.tls) {
    auto tls = TlsServer::create(*options.tls, options.name, options.observer);
    if (!tls) return tls.error();
    server = std::move(*tls);
  }
  return std::unique_ptr<Entrance>(new Entrance(std::move(listener), options, std::move(server)));
}

Entrance::Entrance(ListenSocket listener, const ServerOptions& options,
                   std::unique_ptr<TlsServer> tls)
    : listener_(std::move(listener)), options_(options), tls_(std::move(tls)) {}

Entrance::Arrival Entrance::accept(Crowd& crowd) {
  SocketAddress peer;
  peer.size_bytes = sizeof peer.storage;
  UniqueFd socket(::accept4(descriptor(), reinterpret_cast<sockaddr*>(&peer.storage),
                            &peer.size_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return {why_nobody(errno)};
  return admit(std::move(socket), peer, crowd);
}

Entrance::Arrival Entrance::admit(UniqueFd socket, const SocketAddress& peer, Crowd& crowd) const {
  const auto name = peer_text(peer);
  const auto address = address_of(peer);
  const bool is_proxy = address && any_contains(options_.proxies, *address);
  if (address && !is_proxy && !may_come(*address)) {
    tell_refused(name, "source");
    close_at_once(std::move(socket));
    return {Arrival::Kind::gone};
  }
  if (!address && !is_of_known_uid(socket.get())) return {Arrival::Kind::gone};
  // The kernel gives the lowest that is free.
  const auto descriptor = static_cast<std::size_t>(socket.get());
  if (options_.descriptors_max > 0 && descriptor >= options_.descriptors_max) {
    tell_refused(name, "descriptors");
    return {Arrival::Kind::gone};
  }
  auto visit = crowd.enter();
  if (!visit) {
    tell_refused(name, "connections");
    close_at_once(std::move(socket));
    return {Arrival::Kind::gone};
  }
  if (address && !is_proxy && !visit->come_from(*address)) {
    tell_refused(name, "connections_of_source");
    close_at_once(std::move(socket));
    return {Arrival::Kind::gone};
  }
  const PeerPace::Limits pace{options_.write_stall, options_.read_rate_min,
                              options_.read_rate_window};
  auto connection = std::make_unique<Connection>(std::move(socket), name, pace, std::move(visit));
  if (is_proxy) return {Arrival::Kind::guest, std::move(connection), Stage::introduction};
  switch (let_in(*connection)) {
    case Step::through:
      return {Arrival::Kind::guest, std::move(connection), Stage::idle};
    case Step::shakes_hands:
      return {Arrival::Kind::guest, std::move(connection), Stage::handshake};
    default:
      return {Arrival::Kind::gone};
  }
}

Entrance::Step Entrance::introduce(Connection& connection) {
  for (;;) {
    const auto wanted = proxy_header_bytes(connection.received());
    if (!wanted) break;
    if (connection.received().size() == *wanted) return take_source(connection, *wanted);
    const auto received = connection.receive(*wanted);
    if (received == Connection::Received::nothing) return Step::wants_read;
    if (received == Connection::Received::bytes) continue;
    // A proxy may look whether somebody listens, and say nothing.
    if (connection.received().empty()) return Step::turned_away;
    break;
  }
  tell_refused(connection.peer(), "proxy_header");
  return Step::turned_away;
}

Entrance::Step Entrance::take_source(Connection& connection, std::size_t header_bytes) {
  const auto header = parse_proxy_header(connection.received().substr(0, header_bytes));
  connection.consume(header_bytes);
  if (!header) {
    tell_refused(connection.peer(), "proxy_header");
    return Step::turned_away;
  }
  if (header->source) connection.set_peer(peer_text(*header->source));
  const auto address =
      header->source ? address_of(*header->source) : address_of_peer(connection.peer());
  if (!address || (header->source && !may_come(*address))) {
    tell_refused(connection.peer(), "source");
    return Step::turned_away;
  }
  if (connection.visit().come_from(*address)) return let_in(connection);
  tell_refused(connection.peer(), "connections_of_source");
  return Step::turned_away;
}

Entrance::Step Entrance::let_in(Connection& connection) const {
  if (!tls_) return Step::through;
  auto session = tls_->accept(connection.descriptor());
  if (!session) return Step::turned_away;
  connection.wire().begin_tls(std::move(session));
  return Step::shakes_hands;
}

Entrance::Step Entrance::greeted(Connection& connection, const IoResult& result) const {
  switch (result.kind) {
    case IoResult::Kind::done:
      return Step::through;
    case IoResult::Kind::wants_read:
      return Step::wants_read;
    case IoResult::Kind::wants_write:
      return Step::wants_write;
    case IoResult::Kind::end:
    case IoResult::Kind::failed:
      break;
  }
  const auto& tls = *connection.wire().tls();
  if (!tls.has_heard()) return Step::turned_away;
  if (options_.observer != nullptr) {
    options_.observer->handshake_failed({options_.name, connection.peer(), result.failure});
  }
  if (!tls.met_plain_http()) return Step::failed;
  connection.wire().end_tls();
  return Step::is_plain;
}

void Entrance::tell_late(Connection& connection) const {
  const auto* tls = connection.wire().tls();
  if (options_.observer == nullptr || !tls->has_heard()) return;
  options_.observer->handshake_failed({options_.name, connection.peer(), "it took too long"});
}

void Entrance::tell_refused(const std::string& peer, std::string_view reason) const {
  if (options_.observer != nullptr) {
    options_.observer->connection_refused({options_.name, peer, reason});
  }
}

bool Entrance::may_come(const IpAddress& address) const {
  return options_.allow.empty() || any_contains(options_.allow, address);
}

bool Entrance::is_of_known_uid(int socket) const {
  const auto& known = options_.peer_uids;
  if (known.empty()) return true;
  ucred peer{};
  socklen_t size_bytes = sizeof peer;
  const bool told = ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size_bytes) == 0;
  if (told && std::find(known.begin(), known.end(), peer.uid) != known.end()) return true;
  tell_refused("unix uid " + (told ? std::to_string(peer.uid) : "unknown"), "peer");
  return false;
}

}  // namespace larder::http
