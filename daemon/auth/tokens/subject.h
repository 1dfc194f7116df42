// Who asks: the outcome of checking credentials, and what a token of ours carries of it.
//
// Thread-safety: values. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"

namespace larder::tokens {

struct Subject {
  enum class Kind {
    anonymous,
    user,             // a username with a password
    service_account,  // of Kubernetes
    oidc,             // another OIDC issuer's subject
    certificate,      // a client certificate
    tenant,           // whoever showed what an image's upstream is asked with (daemon/access)
  };

  Kind kind = Kind::anonymous;
  std::string name{};    // "alice", "system:serviceaccount:shop:web", the `sub`, the common name
  std::string issuer{};  // the OIDC issuer's name in the config
  std::string namespace_name{};
  std::string service_account{};
  std::string pod{};
  std::string node{};
  std::vector<std::string> groups{};  // as an OIDC issuer says
  // Stands for the authorities that vouched for a certificate (http::TlsPeer); its names mean
  // nothing to others.
  std::string realm{};
  // What proved it ends then; nothing: it has no end of its own.
  std::optional<WallTime> expires{};
  // Of the secret that proved it: another one once that has changed. Empty: it cannot be looked up
  // again, so the subject gets no refresh token.
  std::string stamp{};

  bool operator==(const Subject&) const = default;
};

// The words of policies (docs/policy.md), and "tenant".
std::string_view to_string(Subject::Kind kind);
std::optional<Subject::Kind> parse_subject_kind(std::string_view name);

}  // namespace larder::tokens
