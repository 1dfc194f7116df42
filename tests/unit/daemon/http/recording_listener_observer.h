// What a listener tells, as text.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/http/listener_observer.h"
#include "tests/support/raw_client.h"

namespace larder::http {

class RecordingListenerObserver final : public ListenerObserver {
 public:
  void request_refused(const RefusedRequest& request) override {
    note(peers_, request.peer);
    note(requests_, request.listener + " " + std::to_string(wording(request.refusal).status) + " " +
                        std::string(request.detail));
  }
  void connection_refused(const RefusedConnection& connection) override {
    note(connections_, connection.listener + " " + std::string(connection.reason));
  }
  void handshake_failed(const FailedHandshake& handshake) override {
    note(failures_, handshake.reason);
  }
  void certificate_loaded(const std::string&, const std::string& file, WallTime) override {
    note(loaded_, file);
  }
  void certificates_refused(const std::string&, const Error& why) override {
    note(refused_, why.context);
  }

  // Of the first handshake that fails; empty when none does.
  std::string wait_for_failure() {
    const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
    MutexLock lock(mutex_);
    while (failures_.empty()) {
      if (!changed_.wait_until(mutex_, deadline)) return {};
    }
    return failures_.front();
  }
  std::vector<std::string> requests() { return copy(requests_); }
  std::vector<std::string> connections() { return copy(connections_); }
  std::vector<std::string> peers() { return copy(peers_); }
  std::vector<std::string> loaded() { return copy(loaded_); }
  std::vector<std::string> refused() { return copy(refused_); }

 private:
  void note(std::vector<std::string>& list, std::string_view text) {
    MutexLock lock(mutex_);
    list.emplace_back(text);
    changed_.notify_all();
  }
  std::vector<std::string> copy(const std::vector<std::string>& list) {
    MutexLock lock(mutex_);
    return list;
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> requests_;     // "node 431 detail"
  std::vector<std::string> peers_;        // of those
  std::vector<std::string> connections_;  // "node source"
  std::vector<std::string> failures_;
  std::vector<std::string> loaded_;
  std::vector<std::string> refused_;
};

}  // namespace larder::http
