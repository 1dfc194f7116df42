// A TLS server on a loopback port, with certificates of its own authority.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "tests/support/test_certificates.h"
#include "tests/support/tls_client.h"
#include "tests/unit/daemon/http/recording_listener_observer.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {

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
