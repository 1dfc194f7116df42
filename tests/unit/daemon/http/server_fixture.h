// A server on a loopback port with a handler made of a lambda, for tests on the wire.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/worker_pool.h"
#include "daemon/http/server.h"
#include "tests/support/raw_client.h"

namespace larder::http {

// Answers as the test says, and keeps what the server tells about it.
class LambdaHandler final : public Handler {
 public:
  std::function<Response(const Request&)> respond = [](const Request&) { return Response{}; };

  Response handle(const Request& request) override {
    {
      MutexLock lock(mutex_);
      requests_.push_back(request);
    }
    return respond(request);
  }

  void finished(const Request&, const Exchange& exchange) override {
    MutexLock lock(mutex_);
    exchanges_.push_back(exchange);
    changed_.notify_all();
  }

  std::vector<Request> requests() {
    MutexLock lock(mutex_);
    return requests_;
  }

  std::size_t finished_count() {
    MutexLock lock(mutex_);
    return exchanges_.size();
  }

  // The first exchange, once there is one; nothing when it does not come.
  std::optional<Exchange> wait_for_exchange() {
    const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
    MutexLock lock(mutex_);
    while (exchanges_.empty()) {
      if (!changed_.wait_until(mutex_, deadline)) return std::nullopt;
    }
    return exchanges_.front();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<Request> requests_ GUARDED_BY(mutex_);
  std::vector<Exchange> exchanges_ GUARDED_BY(mutex_);
};

// A door that one thread opens and others wait at.
class Gate {
 public:
  void open() {
    MutexLock lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  // False when it stayed shut.
  bool wait() {
    const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
    MutexLock lock(mutex_);
    while (!open_) {
      if (!opened_.wait_until(mutex_, deadline)) return open_;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar opened_;
  bool open_ GUARDED_BY(mutex_) = false;
};

inline Response response_of(int status, decltype(Response::body) body = "") {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

class ServerTest : public ::testing::Test {
 protected:
  // Before what the fixtures above this have lent it.
  void TearDown() override { server_.reset(); }

  // `threads` and `queue` are those of the worker pool.
  void start(ServerOptions options = {}, std::size_t threads = 4, std::size_t queue = 64) {
    pool_.emplace(WorkerPoolOptions{"http", threads, queue, std::chrono::seconds(10)});
    auto server = Server::start(std::move(options), *pool_, handler_);
    ASSERT_TRUE(server.ok()) << describe(server.error());
    server_ = std::move(*server);
  }

  testing::RawClient client(int receive_buffer_bytes = 0) {
    return testing::RawClient(server_->address(), receive_buffer_bytes);
  }

  // One of another host, as far as the server can see.
  testing::RawClient client_from(const std::string& source, int receive_buffer_bytes = 0) {
    return testing::RawClient(server_->address(), receive_buffer_bytes, source);
  }

  // Every request is answered with `body`.
  void respond_with(std::string body) {
    handler_.respond = [body](const Request&) { return response_of(200, body); };
  }

  LambdaHandler handler_;
  std::optional<WorkerPool> pool_;
  std::unique_ptr<Server> server_;
};

}  // namespace larder::http
