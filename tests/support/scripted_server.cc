#include "tests/support/scripted_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>

#include "cache/base/check.h"

namespace larder::testing {

namespace {

UniqueFd listen_on_loopback(std::uint16_t& port) {
  UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  CHECK(::bind(listener.get(), generic, size) == 0);
  CHECK(::listen(listener.get(), 128) == 0);
  CHECK(::getsockname(listener.get(), generic, &size) == 0);
  port = ntohs(address.sin_port);
  return listener;
}

SSL_CTX* tls_context(const ServerCertificate& files) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  CHECK(context != nullptr);
  CHECK(SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) == 1);
  CHECK(SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) == 1);
  if (files.client_ca_file.empty()) return context;
  CHECK(SSL_CTX_load_verify_file(context, files.client_ca_file.c_str()) == 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

// OpenSSL writes to sockets in a way that raises SIGPIPE; only this thread shall not mind.
void ignore_broken_pipes() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

Script respond(int status, std::string body, HeaderList headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
  for (const auto& [name, value] : headers) head += name + ": " + value + "\r\n";
  head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return [head, body = std::move(body)](ScriptedConnection& connection,
                                        const ReceivedRequest& request) {
    connection.send(request.head.starts_with("HEAD ") ? head : head + body);
  };
}

Script say(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send(bytes);
  };
}

Script say_and_close(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send(bytes);
    connection.close();
  };
}

Script say_and_reset(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send(bytes);
    connection.reset();
  };
}

Script go_deaf_and_say(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.go_deaf();
    connection.send(bytes);
  };
}

Script say_and_hang(std::string bytes) {
  return [bytes = std::move(bytes)](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.send(bytes);
    connection.hang();
  };
}

Script say_and_drip(std::string bytes, std::string dripped, std::chrono::milliseconds every) {
  return [bytes = std::move(bytes), dripped = std::move(dripped), every](
             ScriptedConnection& connection, const ReceivedRequest&) {
    if (connection.send(bytes)) connection.drip(dripped, every);
  };
}

ScriptedServer::ScriptedServer(Script script, std::optional<ServerCertificate> tls)
    : script_(std::move(script)),
      tls_(tls ? tls_context(*tls) : nullptr),
      stopping_(::eventfd(0, EFD_CLOEXEC)),
      listener_(listen_on_loopback(port_)),
      accepting_([this] { accept_all(); }) {}

ScriptedServer::~ScriptedServer() {
  const std::uint64_t one = 1;
  CHECK(::write(stopping_.get(), &one, sizeof one) == sizeof one);
  accepting_.join();
  for (auto& thread : serving_) thread.join();
}

void ScriptedServer::next(Script script) {
  MutexLock lock(mutex_);
  next_.push_back(std::move(script));
}

std::string ScriptedServer::url(std::string_view target) const {
  const std::string scheme = tls_ != nullptr ? "https" : "http";
  return scheme + "://127.0.0.1:" + std::to_string(port_) + std::string(target);
}

std::vector<ReceivedRequest> ScriptedServer::requests() const {
  MutexLock lock(mutex_);
  return requests_;
}

std::size_t ScriptedServer::connections() const {
  MutexLock lock(mutex_);
  return connections_;
}

bool ScriptedServer::wait_for_requests(std::size_t count) const {
  const auto deadline = std::chrono::steady_clock::now() + kScriptDeadline;
  MutexLock lock(mutex_);
  while (requests_.size() < count) {
    if (!changed_.wait_until(mutex_, deadline)) return requests_.size() >= count;
  }
  return true;
}

void ScriptedServer::accept_all() {
  std::array<pollfd, 2> polled{pollfd{listener_.get(), POLLIN, 0},
                               pollfd{stopping_.get(), POLLIN, 0}};
  while (::poll(polled.data(), polled.size(), -1) > 0 && polled[1].revents == 0) {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) continue;
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::size_t number = 0;
    {
      MutexLock lock(mutex_);
      number = ++connections_;
    }
    serving_.emplace_back(
        [this, number, taken = std::move(socket)]() mutable { serve(std::move(taken), number); });
  }
}

void ScriptedServer::serve(UniqueFd socket, std::size_t number) {
  ignore_broken_pipes();
  ScriptedConnection connection(std::move(socket), stopping_.get(), tls_.get());
  if (!connection.shake_hands()) return;
  while (connection.is_open()) {
    auto head = connection.receive_head();
    if (!head) return;
    const ReceivedRequest request{std::move(*head), number};
    script_for(request)(connection, request);
  }
}

Script ScriptedServer::script_for(const ReceivedRequest& request) {
  MutexLock lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  if (next_.empty()) return script_;
  auto script = std::move(next_.front());
  next_.pop_front();
  return script;
}

}  // namespace larder::testing
