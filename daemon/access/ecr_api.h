// ECR's GetAuthorizationToken, answered with an identity token of ours: `aws ecr
// get-login-password`, docker-credential-ecr-login and kubelet's ecr-credential-provider log in at
// a listener that stands for ECR as they do at ECR.
//
// Who asks proves it by a signature with an access key that Larder knows, or by a client
// certificate. A signature with a key that Larder does not know proves nothing, but does not stand
// in a certificate's way: AWS's clients sign with whatever they have.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/access/used_signatures.h"
#include "daemon/auth/aws/ecr_service.h"
#include "daemon/auth/aws/request_signature.h"
#include "daemon/auth/tokens/access_key_file.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "daemon/auth/tokens/token_service.h"
#include "daemon/http/message.h"

namespace larder::access {

// All must outlive the API.
struct EcrApiParts {
  const Clock& clock;
  tokens::TokenObserver& observer;
  UsedSignatures& used;  // by requests that were not encrypted
  // Null: no token is given. Where tenants show what their upstream knows, only upstream's own is
  // of use.
  const tokens::TokenIssuer* issuer = nullptr;
  const tokens::AccessKeyFile* access_keys = nullptr;  // null: no signature is good
  bool anonymous = false;                              // tokens for who proves nothing
  std::vector<std::string> hosts{};                    // that the listener stands for, or globs
};

class EcrApi {
 public:
  explicit EcrApi(EcrApiParts parts) : parts_(std::move(parts)) {}

  static bool is_asked(const http::Request& request) { return aws::is_service_call(request); }
  // Requires: is_asked(request).
  http::Response answer(const http::Request& request);

 private:
  using Signature = std::optional<aws::RequestSignature>;
  struct Proven {
    std::optional<tokens::Subject> subject{};
    aws::ServiceError refusal{};  // when there is no subject
    std::string cause{};          // of the refusal, for the log
  };

  Proven prove(const http::Request& request, const Signature& signature,
               const aws::EcrQuestion& question) const;
  Proven prove_by_key(const http::Request& request, const aws::RequestSignature& signature,
                      const aws::EcrQuestion& question) const;
  http::Response give(const http::Request& request, const aws::EcrQuestion& question,
                      const Signature& signature, const tokens::Subject& subject);
  http::Response refuse(const http::Request& request, const aws::ServiceError& error,
                        const std::string& cause);

  const EcrApiParts parts_;
};

}  // namespace larder::access
