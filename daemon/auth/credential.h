// What proves to an upstream who Larder is, and the seam through which it is had.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/renewal_facts.h"

namespace larder::auth {

// One of three: a username and password; an identity token, a refresh token for the token server;
// a registry token, which is sent as Bearer as it is. Whatever its members hold is secret, the
// username excepted.
struct Credential {
  std::string username{};
  std::string password{};
  std::string identity_token{};
  std::string registry_token{};
  std::optional<WallTime> expires{};  // nothing: it is good until it is refused

  bool operator==(const Credential&) const = default;
};

// Whose credential is wanted, and how long the answer may take.
struct CredentialQuestion {
  std::string host;        // the registry's, as in an image's name, with its port if it has one
  std::string repository;  // "team/app"
  std::optional<MonoTime> deadline{};
  std::stop_token stop{};
};

// Gives an upstream's credentials at use, so that a rotated one is seen.
// Thread-safety: any thread. Blocks: on what it reads or asks, until the question's deadline.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // The credentials to try, in this order. None: anonymous. Returns: not_found or io when a
  // configured secret cannot be read; denied when who is asked refuses; upstream_down, timeout or
  // cancelled when it could not be asked. No error names a secret.
  virtual Result<std::vector<Credential>> credentials(const CredentialQuestion& question) = 0;

  // For those that end: whether one in use is past half its life, and to get it anew.
  virtual bool wants_renewal() const { return false; }
  virtual void renew_due(const std::stop_token&) {}
  virtual std::vector<RenewalFacts> facts() const { return {}; }
};

}  // namespace larder::auth
