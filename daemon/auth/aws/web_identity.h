// Keys of a role for a token that a cluster signed: IAM roles for service accounts (IRSA).
#pragma once

#include <filesystem>
#include <string_view>

#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/sts.h"
#include "daemon/auth/aws/sts_locator.h"
#include "daemon/http/client.h"

namespace larder::aws {

// Reads the token, which is rotated under us, and exchanges it.
// Returns: as Sts::assume_role_with_web_identity, and as read_token_file.
// Thread-safety: any thread. Blocks: on disk and on the network, until the patience's deadline.
Result<Keys> keys_for_token_file(const std::filesystem::path& token_file, const Role& role,
                                 Sts& sts, const Patience& patience);

// AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and, if it is set, AWS_ROLE_SESSION_NAME, as EKS's
// webhook sets them.
// Thread-safety: any thread. Blocks: as keys_for_token_file.
class WebIdentity final : public KeyProvider {
 public:
  // `client` and `clock` must outlive it.
  WebIdentity(http::Client& client, const Clock& clock, StsLocator locator);
  std::string_view name() const override { return "web identity"; }
  Result<Answer> keys(const Patience& patience) override;

 private:
  http::Client& client_;
  const Clock& clock_;
  const StsLocator locator_;
};

}  // namespace larder::aws
