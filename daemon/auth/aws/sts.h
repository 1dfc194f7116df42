// The Security Token Service: keys of a role, for keys or for a web identity.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/http/client.h"

namespace larder::aws {

inline constexpr std::string_view kSessionNameDefault = "larder";

struct Role {
  std::string arn;
  std::string session_name{};  // 2 .. 64 of [\w+=,.@-]; empty: kSessionNameDefault
  std::string external_id{};
  std::optional<std::chrono::seconds> duration{};  // 15 min .. 12 h; nothing: as STS has it, 1 h

  bool operator==(const Role&) const = default;
};

// Returns: invalid when STS would refuse to read it.
Status check_role(const Role& role);

struct StsEndpoint {
  http::Url url;
  std::string region;  // to sign for
  // public_only unless an operator wrote the URL.
  http::Reach reach = http::Reach::public_only;

  bool operator==(const StsEndpoint&) const = default;
};

// Thread-safety: any thread. Blocks: on the network, until the patience's deadline.
class Sts {
 public:
  // `client` and `clock` must outlive it.
  Sts(http::Client& client, const Clock& clock, StsEndpoint endpoint);

  // Both return: invalid for a role that is none; denied when STS refuses; upstream_down, with
  // kThrottledCause perhaps, and timeout or cancelled when it could not be asked or answers
  // nonsense.
  Result<Keys> assume_role(const Role& role, const Keys& signer, const Patience& patience);
  // Not signed: `token` is the proof.
  Result<Keys> assume_role_with_web_identity(const Role& role, const std::string& token,
                                             const Patience& patience);

 private:
  http::ClientRequest request(std::string_view action, const Role& role) const;
  Result<Keys> understand(const Result<http::BufferedResponse>& answer,
                          std::string_view action) const;

  http::Client& client_;
  const Clock& clock_;
  const StsEndpoint endpoint_;
};

}  // namespace larder::aws
