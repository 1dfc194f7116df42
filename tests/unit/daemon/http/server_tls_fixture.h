// A TLS server on a loopback port, with certificates of its own authority.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/http/listener_observer.h"
#include "tests/support/test_certificates.h"
#include "tests/support/tls_client.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {

class RecordingListenerObserver final : public ListenerObserver {
 public:
  void handshake_failed(std::string_view, std::string_view why) override { note(failures_, why); }
  void certificate_loaded(const std::string& file, WallTime) override { note(loaded_, file); }
  void certificates_refused(const Error& why) override { note(refused_, why.context); }

  // Of the first handshake that fails; empty when none does.
  std::string wait_for_failure() {
    const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
    MutexLock lock(mutex_);
    while (failures_.empty()) {
      if (!changed_.wait_until(mutex_, deadline)) return {};
    }
    return failures_.front();
  }
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
  std::vector<std::string> failures_;
  std::vector<std::string> loaded_;
  std::vector<std::string> refused_;
};

inline CertificateFiles files_of_pair(const testing::ServerCertificate& issued) {
  return {issued.certificate_file, issued.key_file};
}

class TlsListenerTest : public ServerTest {
 protected:
  ServerOptions with(TlsOptions tls) {
    ServerOptions options;
    options.tls = std::move(tls);
    options.observer = &observer_;
    return options;
  }
  // One certificate for localhost.
  ServerOptions plain_tls() { return with({.certificates = {issue()}}); }

  CertificateFiles issue(const testing::CertificateRequest& request = {}) {
    return files_of_pair(authority_.issue(request));
  }
  testing::TlsClient tls_client(const testing::TlsClientOptions& options = {}) {
    return testing::TlsClient(server_->address(), options);
  }

  RecordingListenerObserver observer_;
  testing::TestAuthority authority_;
};

}  // namespace larder::http
