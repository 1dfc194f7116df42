// How a listener speaks TLS.
#pragma once

#include <string>
#include <vector>

#include "daemon/http/certificate_files.h"

namespace larder::http {

enum class ClientCertificates {
  none,      // are not asked for
  optional,  // who shows one must show a good one
  required,
};

struct TlsOptions {
  // The first that is for the name the client asks for, by its alternative names; where there is
  // none, the first of all. One of each kind of key (RSA, ECDSA) for the same name.
  std::vector<CertificateFiles> certificates{};
  std::string client_ca{};  // PEM: who may issue clients' certificates
  ClientCertificates client_certificates = ClientCertificates::none;
};

}  // namespace larder::http
