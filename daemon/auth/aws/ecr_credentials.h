// The credential of an ECR registry: GetAuthorizationToken, signed with whatever AWS keys there
// are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/aws/chain.h"
#include "daemon/auth/aws/ecr_target.h"
#include "daemon/auth/aws/service_error.h"
#include "daemon/auth/aws/sts.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"

namespace larder::aws {

// What an operator may say about an upstream of kind ecr; all of it may be left out.
struct EcrOptions {
  std::string region{};            // in place of the one that the registry's host names
  ChainChoice keys{};              // whose keys, and where metadata and agents are
  std::optional<Role> role{};      // to be assumed with those keys
  std::optional<http::Url> api{};  // ECR's API, an interface endpoint
  std::optional<http::Url> sts{};  // STS, an interface endpoint
};

// What it works with; all must outlive it.
struct AwsTools {
  http::Client& services;  // for ECR and STS; through proxies where there are any
  http::Client& local;     // for metadata and container credentials: reaches everything directly
  const Clock& clock;
  Environment environment;
  RunProgram run;  // for credential_process
};

// Each call is a real exchange: keys are looked for anew, so that a rotated one is seen, and a
// token is asked for. Whoever wants to keep a token has its `expires`, twelve hours away.
// Thread-safety: any thread. Blocks: on disk and on the network, until the question's deadline, ten
// seconds at most.
class EcrCredentials final : public auth::CredentialSource {
 public:
  EcrCredentials(EcrOptions options, AwsTools tools);

  // One credential. Returns: not_found when there are no AWS keys anywhere; invalid when those
  // there are, or the options, cannot be used; denied when STS, an agent or ECR refuses;
  // upstream_down, with the cause kThrottledCause where that is why, timeout or cancelled when one
  // of them could not be asked.
  Result<std::vector<auth::Credential>> credentials(
      const auth::CredentialQuestion& question) override;

  // Where the keys of the last exchange that had some came from: "web identity, arn:aws:iam::…".
  // Empty before. Not secret.
  std::string key_source() const;

 private:
  Result<Answer> find_keys(const EcrTarget& target, const Patience& patience);
  Result<Answer> assume(const Role& role, const Answer& answer, const StsLocator& locator,
                        const Patience& patience);
  void remember(const std::string& source);

  const EcrOptions options_;
  const AwsTools tools_;
  mutable Mutex mutex_;
  std::string key_source_ GUARDED_BY(mutex_);
};

}  // namespace larder::aws
