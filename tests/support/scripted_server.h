// An HTTP(S) server on loopback that does what a test's script says, good or bad, and remembers
// what it was asked.
//
//   ScriptedServer server(respond(404, "gone"));    // the answer to every request ...
//   server.next(say("HTTP/1.1 200 OK\r\nCont"));     // ... but the first
//
// Thread-safety: any thread. Blocks: the destructor until every script has ended, which it makes
// them do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/unique_fd.h"
#include "tests/support/scripted_connection.h"
#include "tests/support/test_certificates.h"

namespace larder::testing {

struct ReceivedRequest {
  std::string head;            // as it came, with the empty line
  std::size_t connection = 0;  // counted from 1
};

// Answers one request. The connection is read for another one afterwards, unless it was closed.
using Script = std::function<void(ScriptedConnection&, const ReceivedRequest&)>;

using HeaderList = std::vector<std::pair<std::string, std::string>>;
// A proper response with Content-Length; without the body when HEAD was asked.
Script respond(int status, std::string body = {}, HeaderList headers = {});
// These bytes, and nothing more.
Script say(std::string bytes);
Script say_and_close(std::string bytes);
Script say_and_reset(std::string bytes);
Script go_deaf_and_say(std::string bytes);
Script say_and_hang(std::string bytes);
Script say_and_drip(std::string bytes, std::string dripped, std::chrono::milliseconds every);

class ScriptedServer {
 public:
  explicit ScriptedServer(Script script, std::optional<ServerCertificate> tls = std::nullopt);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // For the next request that no earlier call has a script for.
  void next(Script script);

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view target) const;  // "http://127.0.0.1:40001/v2/"

  std::vector<ReceivedRequest> requests() const;
  std::size_t connections() const;
  // False when fewer have come within kScriptDeadline.
  bool wait_for_requests(std::size_t count) const;

 private:
  void accept_all();
  void serve(UniqueFd socket, std::size_t number);
  Script script_for(const ReceivedRequest& request);

  const Script script_;
  std::unique_ptr<SSL_CTX, FreeSsl> tls_;
  UniqueFd stopping_;       // an event, readable once the server ends
  std::uint16_t port_ = 0;  // before listener_, which tells it
  UniqueFd listener_;

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::deque<Script> next_ GUARDED_BY(mutex_);
  std::vector<ReceivedRequest> requests_ GUARDED_BY(mutex_);
  std::size_t connections_ GUARDED_BY(mutex_) = 0;

  std::vector<std::thread> serving_;  // touched by accepting_, then by the destructor
  std::thread accepting_;             // last: it uses all the others
};

}  // namespace larder::testing
