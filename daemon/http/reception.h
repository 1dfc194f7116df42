// The thread that meets the clients: accepts, and sits at the desk where requests are collected and
// idle connections held.
//
// Thread-safety: any thread. Blocks: stop_accepting() and the destructor, a moment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/connection.h"
#include "daemon/http/crowd.h"
#include "daemon/http/desk.h"
#include "daemon/http/entrance.h"
#include "daemon/http/head.h"
#include "daemon/http/refusal.h"
#include "daemon/http/server.h"

namespace larder::http {

class Reception {
 public:
  using HandOn = Desk::HandOn;  // called on the reception's thread

  // Returns: io when the system has no epoll or no event to give.
  static Result<std::unique_ptr<Reception>> create(std::unique_ptr<Entrance> entrance,
                                                   const ServerOptions& options, HandOn hand_on);
  // Accepts from now on: requests may be handed on before this returns. Once.
  // Returns: io when the system has no thread to give.
  Status open();
  ~Reception();  // closes every connection it holds
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;

  // Connections that exist, those handed on included.
  std::size_t connections() const { return crowd_.connections(); }

  // A kept connection, to wait for its next request, or for the body of one whose `head` has come.
  // Closed when we no longer accept.
  void take_back(std::unique_ptr<Connection> connection, std::optional<RequestHead> head = {});
  // An answered connection whose peer may still be sending: closing it at once would destroy the
  // answer on its way.
  void part_with(std::unique_ptr<Connection> connection);

  // Answers a request that no handler will see, and tells of it; the connection's owner parts with
  // it then. Any thread.
  void write_refusal(Connection& connection, Refusal refusal, const std::string& detail) const {
    desk_.write_refusal(connection, refusal, detail);
  }

  // Hands on what has fully arrived, closes the listening socket and every idle connection.
  void stop_accepting();

 private:
  struct Returned {
    std::unique_ptr<Connection> connection;
    std::optional<RequestHead> head;
  };

  Reception(std::unique_ptr<Entrance> entrance, const ServerOptions& options, HandOn hand_on,
            UniqueFd epoll, UniqueFd wake_event);

  Status watch_sources();
  void run();
  void wake();
  int wait_limit_ms() const;
  void read_mail();
  void accept_some();
  bool accept_one();
  void pause_accepting();
  void resume_accepting();
  void maintain();
  void leave();
  void watch_entrance(std::uint32_t events);

  const std::string name_;  // of the listener
  Crowd crowd_;

  // Of the reception's thread.
  std::unique_ptr<Entrance> entrance_;  // gone once we no longer accept
  const UniqueFd epoll_;
  UniqueFd wake_event_;
  Desk desk_;                             // after all that it uses
  std::optional<MonoTime> accept_again_;  // set while accepting is paused
  MonoTime next_maintenance_ = MonoTime::max();

  Mutex mutex_;
  CondVar gone_;
  std::vector<Returned> returned_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Connection>> parting_ GUARDED_BY(mutex_);
  bool leaving_ GUARDED_BY(mutex_) = false;
  bool left_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace larder::http
