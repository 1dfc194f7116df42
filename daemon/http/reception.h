// The thread that meets the clients: accepts, collects request heads, holds idle connections.
//
// It never waits for one client, so a slow or silent one costs memory, not time. A complete, valid
// head is handed on with its connection; what is wrong is refused here.
// Thread-safety: any thread. Blocks: stop_accepting() and the destructor, a moment.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/connection.h"
#include "daemon/http/guests.h"
#include "daemon/http/head.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/refusal.h"
#include "daemon/http/server.h"

namespace larder::http {

class Reception {
 public:
  // Takes over a connection with a request; gives it back when the request must be refused as too
  // many. Called on the reception's thread: must not block.
  using HandOn = std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection> connection,
                                                           RequestHead head, MonoTime received)>;

  // Returns: io when the system has no epoll, no event or no thread to give.
  static Result<std::unique_ptr<Reception>> start(ListenSocket listener,
                                                  const ServerOptions& options, HandOn hand_on);
  ~Reception();  // closes every connection it holds
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;

  // Connections that exist, those handed on included.
  std::size_t connections() const { return open_; }

  // A kept connection, to wait for its next request. Closed when we no longer accept.
  void take_back(std::unique_ptr<Connection> connection);
  // An answered connection whose peer may still be sending: closing it at once would destroy the
  // answer on its way.
  void part_with(std::unique_ptr<Connection> connection);

  // Answers a request that no handler will see, and tells of it; the connection's owner parts with
  // it then. Any thread.
  void write_refusal(Connection& connection, Refusal refusal, const std::string& detail) const;

  // Hands on what has fully arrived, closes the listening socket and every idle connection.
  void stop_accepting();

 private:
  Reception(ListenSocket listener, const ServerOptions& options, HandOn hand_on);

  Status open_events();
  void run();
  void wake();
  int wait_limit_ms() const;
  void read_mail();
  void accept_some();
  bool accept_one();
  void pause_accepting();
  void resume_accepting();
  void leave();
  void on_readable(Guest& guest);
  void examine(Guest& guest);
  void hand_on(Guest& guest, RequestHead head);
  void refuse(Guest& guest, Refusal refusal, const std::string& detail);
  void linger(Guest& guest);
  void watch(Guest& guest);
  void watch_listener(std::uint32_t events);

  const ServerOptions options_;
  const HandOn hand_on_;
  std::atomic<std::size_t> open_ = 0;

  // Of the reception's thread.
  std::optional<ListenSocket> listener_;  // gone once we no longer accept
  Guests guests_;
  UniqueFd epoll_;
  UniqueFd wake_event_;
  std::optional<MonoTime> accept_again_;  // set while accepting is paused

  Mutex mutex_;
  CondVar gone_;
  std::vector<std::unique_ptr<Connection>> returned_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Connection>> parting_ GUARDED_BY(mutex_);
  bool leaving_ GUARDED_BY(mutex_) = false;
  bool left_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace larder::http
