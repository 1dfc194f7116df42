// The turn a connection has with a worker: from a complete request until the connection is
// closed or goes back to the reception.
//
// RunningTurns knows them all, so that a drain can wait for them and, at its end, cut them.
// Thread-safety: RunningTurns any thread; a Turn one thread at a time.
#pragma once

#include <list>
#include <memory>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/http/connection.h"
#include "daemon/http/received_request.h"

namespace larder::http {

class RunningTurns {
 public:
  using Place = std::list<Connection*>::iterator;

  // Until forget() or leave(), `connection` must live: it may be cut.
  Place enter(Connection& connection);
  void forget(Place place);
  // The leaver must touch nothing of the server afterwards.
  void leave(Place place);

  // Cuts every connection that is here; was_cut() tells turns that have not begun to give up.
  void cut();
  bool was_cut();

  // Blocks: until everybody has left, or `deadline` has passed. True when everybody has.
  bool wait_until_empty(MonoTime deadline);
  void wait_until_empty();

 private:
  Mutex mutex_;
  CondVar left_;
  std::list<Connection*> turns_ GUARDED_BY(mutex_);  // null: forgotten
  bool cut_ GUARDED_BY(mutex_) = false;
};

class Turn {
 public:
  Turn(RunningTurns& running, std::unique_ptr<Connection> connection, ReceivedRequest request);
  ~Turn() { end(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Connection& connection() { return *connection_; }  // until release() or end()
  // The connection goes elsewhere, the turn is still running.
  std::unique_ptr<Connection> release();
  // Closes the connection, if it was not released, and leaves.
  void end();

  ReceivedRequest request;

 private:
  RunningTurns& running_;
  std::unique_ptr<Connection> connection_;
  RunningTurns::Place place_;
  bool ended_ = false;
};

}  // namespace larder::http
