#include "daemon/http/server.h"

#include <atomic>
#include <csignal>
#include <utility>

#include "daemon/http/connection.h"
#include "daemon/http/httplib_server.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/next_head.h"
#include "daemon/http/reception.h"
#include "daemon/http/turn.h"

namespace larder::http {

namespace {

// A client that asks again this soon is served on the same thread; a quieter one gives it back.
constexpr std::chrono::milliseconds kNextRequestWait{2};
// How long a drain waits for handlers to notice that their connections were cut.
constexpr std::chrono::milliseconds kCutGrace{500};

void ignore_sigpipe() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

bool must_close(const RequestHead& head) {
  return !head.keep_alive || head.http_1_0 || head.announces_body ||
         head.headers.find("Expect").has_value();
}

class PooledServer final : public Server {
 public:
  PooledServer(ServerOptions options, std::string address, WorkerPool& workers, Handler& handler)
      : options_(std::move(options)),
        address_(std::move(address)),
        workers_(workers),
        handler_(handler) {}

  ~PooledServer() override {
    if (!reception_) return;
    drain(std::chrono::milliseconds(0));
    turns_.wait_until_empty();
  }

  Status open(ListenSocket listener);

  std::string address() const override { return address_; }
  std::size_t connections() const override { return reception_->connections(); }
  bool drain(std::chrono::milliseconds limit) override;

 private:
  std::unique_ptr<Connection> hand_on(std::unique_ptr<Connection> connection,
                                      ReceivedRequest request);
  void serve_safely(Turn& turn);
  void serve(Turn& turn);
  bool answer(HttplibServer& http, Turn& turn);
  bool go_on(Turn& turn);
  bool takes_body_of(const RequestHead& head) const;
  NextHead next_head(Connection& connection);
  void refuse(Turn& turn, Refusal refusal, const std::string& detail);

  const ServerOptions options_;
  const std::string address_;
  WorkerPool& workers_;
  Handler& handler_;
  std::atomic<bool> draining_ = false;
  RunningTurns turns_;
  std::unique_ptr<Reception> reception_;
};

Status PooledServer::open(ListenSocket listener) {
  auto entrance = Entrance::create(std::move(listener), options_);
  if (!entrance) return entrance.error();
  auto reception =
      Reception::create(std::move(*entrance), options_,
                        [this](std::unique_ptr<Connection> connection, ReceivedRequest request) {
                          return hand_on(std::move(connection), std::move(request));
                        });
  if (!reception) return reception.error();
  reception_ = std::move(*reception);
  auto opened = reception_->open();
  if (!opened) reception_.reset();
  return opened;
}

bool PooledServer::drain(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  draining_ = true;
  reception_->stop_accepting();
  if (turns_.wait_until_empty(deadline)) return true;
  turns_.cut();
  turns_.wait_until_empty(std::chrono::steady_clock::now() + kCutGrace);
  return false;
}

std::unique_ptr<Connection> PooledServer::hand_on(std::unique_ptr<Connection> connection,
                                                  ReceivedRequest request) {
  // Two owners: the pool, which may drop the work unrun, and we, who keep what it refuses.
  const auto turn = std::make_shared<Turn>(turns_, std::move(connection), std::move(request));
  if (workers_.submit([this, turn] { serve_safely(*turn); }, options_.spare_workers))
    return nullptr;
  return turn->release();
}

void PooledServer::serve_safely(Turn& turn) {
  try {
    serve(turn);
  } catch (...) {  // out of memory: this connection ends, the others go on
  }
  turn.end();
}

// The connection's turn with a worker: one request, and more while they come without a pause.
void PooledServer::serve(Turn& turn) {
  HttplibServer http(handler_, options_.name, draining_);
  while (!turns_.was_cut() && answer(http, turn) && go_on(turn)) {
  }
}

// True when the connection may go on. A peer that may still be sending parts gently.
bool PooledServer::answer(HttplibServer& http, Turn& turn) {
  auto& [head, body, received_at] = turn.request;
  const bool body_follows = head.announces_body;
  const bool close = must_close(head);
  auto& connection = turn.connection();
  const auto outcome =
      http.answer(connection, std::move(head), std::move(body), received_at, close);
  connection.visit().end_request();
  if (outcome == HttplibServer::Outcome::keep) return true;
  const bool unread = body_follows || !connection.received().empty();
  if (outcome == HttplibServer::Outcome::close && unread) {
    reception_->part_with(turn.release());
  }
  return false;
}

// True when the next request is to be answered here and now.
bool PooledServer::go_on(Turn& turn) {
  if (turn.connection().is_outdated()) return false;
  auto next = next_head(turn.connection());
  if (auto* refused = std::get_if<RefusedHead>(&next)) {
    refuse(turn, refused->refusal, refused->detail);
    return false;
  }
  auto* head = std::get_if<RequestHead>(&next);
  if (head == nullptr) {
    reception_->take_back(turn.release());
    return false;
  }
  if (takes_body_of(*head)) {
    reception_->take_back(turn.release(), std::move(*head));
    return false;
  }
  if (const auto refusal = turn.connection().visit().begin_request()) {
    refuse(turn, *refusal, "");
    return false;
  }
  turn.request = {std::move(*head), {}, std::chrono::steady_clock::now()};
  return true;
}

bool PooledServer::takes_body_of(const RequestHead& head) const {
  return head.announces_body && options_.body_bytes_max > 0;
}

void PooledServer::refuse(Turn& turn, Refusal refusal, const std::string& detail) {
  reception_->write_refusal(turn.connection(), refusal, detail);
  reception_->part_with(turn.release());
}

NextHead PooledServer::next_head(Connection& connection) {
  if (workers_.under_pressure()) return NoHeadYet{};  // others first; our next one queues again
  auto buffered = take_head(connection, options_.head_bytes_max);
  if (!std::holds_alternative<NoHeadYet>(buffered)) return buffered;
  if (!connection.wait_readable(kNextRequestWait)) return NoHeadYet{};
  connection.receive(options_.head_bytes_max);  // the reception notices when the peer has closed
  return take_head(connection, options_.head_bytes_max);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, WorkerPool& workers,
                                              Handler& handler) {
  ignore_sigpipe();
  auto address = ListenAddress::parse(options.address);
  if (!address) return in_context("listener " + options.name, address.error());
  auto listener = ListenSocket::open(*address, options.unix_mode);
  if (!listener) return in_context("listener " + options.name, listener.error());
  auto bound = listener->address();
  if (options.approve) {
    if (auto approved = options.approve(bound); !approved) return approved.error();
  }
  const std::string name = options.name;
  auto server =
      std::make_unique<PooledServer>(std::move(options), std::move(bound), workers, handler);
  if (auto opened = server->open(std::move(*listener)); !opened) {
    return in_context("listener " + name, opened.error());
  }
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace larder::http
