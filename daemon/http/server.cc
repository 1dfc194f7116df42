#include "daemon/http/server.h"

#include <atomic>
#include <csignal>
#include <utility>

#include "daemon/http/connection.h"
#include "daemon/http/httplib_server.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/next_head.h"
#include "daemon/http/reception.h"
#include "daemon/http/request_body.h"
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
  std::unique_ptr<Connection> hand_on(std::unique_ptr<Connection> connection, RequestHead head,
                                      MonoTime received);
  void serve_safely(Turn& turn);
  void serve(Turn& turn);
  bool answer(HttplibServer& http, Turn& turn);
  Result<std::string> body_of(Turn& turn);
  NextHead next_head(Connection& connection);

  const ServerOptions options_;
  const std::string address_;
  WorkerPool& workers_;
  Handler& handler_;
  std::atomic<bool> draining_ = false;
  RunningTurns turns_;
  std::unique_ptr<Reception> reception_;
};

Status PooledServer::open(ListenSocket listener) {
  auto reception = Reception::start(
      std::move(listener), options_,
      [this](std::unique_ptr<Connection> connection, RequestHead head, MonoTime received) {
        return hand_on(std::move(connection), std::move(head), received);
      });
  if (!reception) return reception.error();
  reception_ = std::move(*reception);
  return {};
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
                                                  RequestHead head, MonoTime received) {
  // Two owners: the pool, which may drop the work unrun, and we, who keep what it refuses.
  const auto turn =
      std::make_shared<Turn>(turns_, std::move(connection), std::move(head), received);
  if (workers_.submit([this, turn] { serve_safely(*turn); })) return nullptr;
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
  while (!turns_.was_cut() && answer(http, turn)) {
    auto next = next_head(turn.connection());
    if (auto* head = std::get_if<RequestHead>(&next)) {
      turn.head = std::move(*head);
      turn.head_received = std::chrono::steady_clock::now();
      continue;
    }
    if (auto* refused = std::get_if<RefusedHead>(&next)) {
      reception_->write_refusal(turn.connection(), refused->refusal, refused->detail);
      reception_->part_with(turn.release());
    } else {
      reception_->take_back(turn.release());
    }
    return;
  }
}

// True when the connection may go on. A peer that may still be sending parts gently.
bool PooledServer::answer(HttplibServer& http, Turn& turn) {
  const bool body_follows = turn.head.announces_body;
  const bool close = must_close(turn.head);
  auto& connection = turn.connection();
  auto body = body_of(turn);
  if (!body) {
    reception_->write_refusal(connection, Refusal::malformed_body, body.error().context);
    reception_->part_with(turn.release());
    return false;
  }
  const auto outcome =
      http.answer(connection, std::move(turn.head), *std::move(body), turn.head_received, close);
  if (outcome == HttplibServer::Outcome::keep) return true;
  const bool unread = body_follows || !connection.received().empty();
  if (outcome == HttplibServer::Outcome::close && unread) {
    reception_->part_with(turn.release());
  }
  return false;
}

Result<std::string> PooledServer::body_of(Turn& turn) {
  if (!turn.head.announces_body || options_.body_bytes_max == 0) return std::string();
  return receive_body(turn.connection(), turn.head,
                      {options_.body_bytes_max, options_.head_timeout});
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
  auto listener = ListenSocket::open(*address);
  if (!listener) return in_context("listener " + options.name, listener.error());
  auto bound = listener->address();
  auto server =
      std::make_unique<PooledServer>(std::move(options), std::move(bound), workers, handler);
  if (auto opened = server->open(std::move(*listener)); !opened) return opened.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace larder::http
