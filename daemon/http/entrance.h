// The way in: the listening socket, who may come in, and what a connection goes through before its
// first request.
//
// Thread-safety: one thread at a time. Blocks: create() and maintain() on disk, a moment.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/connection.h"
#include "daemon/http/crowd.h"
#include "daemon/http/guests.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/server.h"
#include "daemon/http/tls_server.h"

namespace larder::http {

class Entrance {
 public:
  // Returns: invalid for certificates that cannot be used.
  static Result<std::unique_ptr<Entrance>> create(ListenSocket listener,
                                                  const ServerOptions& options);

  int descriptor() const { return listener_.descriptor(); }

  struct Arrival {
    enum class Kind {
      guest,    // `connection` has come in
      nobody,   // no client waits
      gone,     // one did not get in; another may be waiting
      no_room,  // the system has nothing left for another descriptor
    } kind = Kind::nobody;
    std::unique_ptr<Connection> connection{};
    Stage stage = Stage::idle;  // where it begins
  };
  Arrival accept(Crowd& crowd);

  enum class Step {
    wants_read,
    wants_write,
    shakes_hands,  // at Stage::handshake from now on
    through,       // its first request may come
    is_plain,      // TLS was expected; what is written now goes out as it is
    failed,        // an alert that tells the peer why is on its way
    turned_away,   // to be closed
  };
  // One more step of a connection that is at Stage::introduction.
  Step introduce(Connection& connection);
  // What a step of one's handshake has come to.
  Step greeted(Connection& connection, const IoResult& result) const;
  // Tells that one's handshake has taken too long, if it had begun.
  void tell_late(Connection& connection) const;
  // Tells that a connection does not get in.
  void tell_refused(const std::string& peer, std::string_view reason) const;

  // To be called now and then, kMaintenance apart; not needed without TLS.
  static constexpr std::chrono::milliseconds kMaintenance{1000};
  bool needs_maintenance() const { return tls_ != nullptr; }
  void maintain() { tls_->maintain(); }

 private:
  Entrance(ListenSocket listener, const ServerOptions& options, std::unique_ptr<TlsServer> tls);
  Arrival admit(UniqueFd socket, const SocketAddress& peer, Crowd& crowd) const;
  bool is_of_known_uid(int socket) const;
  bool may_come(const IpAddress& address) const;
  Step take_source(Connection& connection, std::size_t header_bytes);
  Step let_in(Connection& connection) const;

  ListenSocket listener_;
  const ServerOptions options_;
  const std::unique_ptr<TlsServer> tls_;  // null: plain HTTP
};

}  // namespace larder::http
