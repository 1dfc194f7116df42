// Keys from an agent beside the container: EKS Pod Identity, ECS.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/http/client.h"

namespace larder::aws {

// Where the agent is by the environment: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI at ECS's agent,
// else AWS_CONTAINER_CREDENTIALS_FULL_URI. Nothing: neither is set.
// Returns: invalid for what is no URL; denied for plain http to another host than loopback and the
// agents of ECS and EKS (169.254.170.2, 169.254.170.23, fd00:ec2::23).
Result<std::optional<http::Url>> container_url(const Environment& environment);

// Each answer is waited for two seconds, and asked for three times at most.
// Thread-safety: any thread. Blocks: on disk and on the network, until the patience's deadline.
class ContainerKeys final : public KeyProvider {
 public:
  // `client` reaches every target directly, without proxy; it and `clock` must outlive this. `url`
  // is one that the operator wrote, taken as it is in place of the environment's.
  ContainerKeys(http::Client& client, const Clock& clock, Environment environment,
                std::optional<http::Url> url);
  std::string_view name() const override { return "container"; }
  // Returns: as container_url, read_token_file and http::Client::send; denied when the agent
  // refuses, upstream_down when it fails or answers nonsense.
  Result<Answer> keys(const Patience& patience) override;

 private:
  Result<http::ClientRequest> request(const http::Url& url) const;
  Result<http::BufferedResponse> ask(http::ClientRequest request, const Patience& patience);

  http::Client& client_;
  const Clock& clock_;
  const Environment environment_;
  const std::optional<http::Url> url_;
};

}  // namespace larder::aws
