// What is known of a peer that speaks TLS.
//
// Thread-safety: values. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"

struct x509_st;

namespace larder::http {

struct PeerCertificate {
  // Of the subject. Nothing: it has none; empty: it has one that cannot be shown, or several.
  std::optional<std::string> common_name{};
  std::vector<std::string> names{};  // alternative ones: "DNS:…", "URI:…", "IP:…", "email:…"
  std::optional<WallTime> expires{};

  // Names that hold anything but visible ASCII are not shown: they could pass for another.
  static PeerCertificate of(const x509_st& certificate);
};

struct TlsPeer {
  std::string server_name;                     // whom it asked for (SNI), lower case; may be empty
  std::optional<PeerCertificate> certificate;  // verified
  // Stands for the authorities that the listener takes client certificates of, and for no others;
  // empty: it takes none.
  std::string client_realm{};
};

}  // namespace larder::http
