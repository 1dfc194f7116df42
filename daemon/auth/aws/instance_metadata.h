// Keys of an instance's role, from EC2's metadata service: IMDSv2, never version 1.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/http/client.h"

namespace larder::aws {

// Where it is and how long it is waited for, by the environment: AWS_EC2_METADATA_SERVICE_ENDPOINT,
// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4, IPv6), AWS_METADATA_SERVICE_TIMEOUT (seconds) and
// AWS_METADATA_SERVICE_NUM_ATTEMPTS.
struct MetadataSettings {
  http::Url url;
  std::chrono::seconds answer_limit{1};  // 1 .. 10 s, of each request
  int attempts_max = 1;                  // 1 .. 5, of each request
};

// Returns: invalid for an endpoint that is no URL. Limits that are none are as by default.
Result<MetadataSettings> metadata_settings(const Environment& environment);

// Each call gets a session token of its own, and another one when the service says it is over.
// AWS_EC2_METADATA_DISABLED switches it off.
// Thread-safety: any thread. Blocks: on the network, at most for the limits, until the patience's
// deadline.
class InstanceKeys final : public KeyProvider {
 public:
  // `client` reaches every target directly, without proxy; it and `clock` must outlive this. `url`
  // is one that the operator wrote, in place of the environment's.
  InstanceKeys(http::Client& client, const Clock& clock, Environment environment,
               std::optional<http::Url> url);
  std::string_view name() const override { return "instance metadata"; }
  // Returns: an answer without keys when it is switched off or the instance has no role; as
  // http::Client::send, above all timeout where there is no such service or its hop limit keeps
  // containers out; denied when it refuses; upstream_down when it fails or answers nonsense.
  Result<Answer> keys(const Patience& patience) override;

 private:
  http::Client& client_;
  const Clock& clock_;
  const Environment environment_;
  const std::optional<http::Url> url_;
};

}  // namespace larder::aws
