#include "daemon/http/entrance.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

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

Entrance::Arrival Entrance::accept(std::atomic<std::size_t>& open) {
  SocketAddress peer;
  peer.size_bytes = sizeof peer.storage;
  UniqueFd socket(::accept4(descriptor(), reinterpret_cast<sockaddr*>(&peer.storage),
                            &peer.size_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return {why_nobody(errno)};
  if (open >= options_.connections_max) return {Arrival::Kind::gone};
  auto connection =
      std::make_unique<Connection>(std::move(socket), peer_text(peer), options_.write_stall, open);
  if (!tls_) return {Arrival::Kind::guest, std::move(connection), Stage::idle};
  auto session = tls_->accept(connection->descriptor());
  if (!session) return {Arrival::Kind::gone};
  connection->wire().begin_tls(std::move(session));
  return {Arrival::Kind::guest, std::move(connection), Stage::handshake};
}

Entrance::Step Entrance::greet(Connection& connection) {
  auto& tls = *connection.wire().tls();
  const auto result = tls.handshake();
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
  if (options_.observer != nullptr) {
    options_.observer->handshake_failed({options_.name, connection.peer(), result.failure});
  }
  if (!tls.met_plain_http()) return Step::failed;
  connection.wire().end_tls();
  return Step::is_plain;
}

}  // namespace larder::http
