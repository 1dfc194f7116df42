// A certificate authority and its certificates, made at run time in a directory of their own.
//
// Thread-safety: one thread at a time; the files may be read by any. Blocks: on disk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_directory.h"

namespace larder::testing {

struct ServerCertificate {
  std::string certificate_file;  // PEM
  std::string key_file;          // PEM
  // PEM: clients must show a certificate of these authorities; empty: none is asked for.
  std::string client_ca_file{};
};

struct CertificateRequest {
  std::vector<std::string> names{"DNS:localhost", "IP:127.0.0.1"};
  bool expired = false;
  std::string common_name = "Test Server";
  bool rsa = false;  // else ECDSA
};

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();

  std::string ca_file() const;
  ServerCertificate issue(const CertificateRequest& request = {});

 private:
  struct Issuer;

  TempDirectory directory_;
  std::unique_ptr<Issuer> issuer_;
  int issued_ = 0;
};

}  // namespace larder::testing
