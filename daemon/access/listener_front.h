// What a listener that checks tokens answers: the token endpoint, the keys, the ECR API where it
// stands for other registries, and the registry.
//
// Thread-safety: any thread. Blocks: as what it hands requests to.
#pragma once

#include "daemon/access/ecr_api.h"
#include "daemon/auth/tokens/signing_keys.h"
#include "daemon/auth/tokens/token_service.h"
#include "daemon/http/message.h"

namespace larder::access {

class ListenerFront final : public http::Handler {
 public:
  // All must outlive the front; `ecr` may be null.
  ListenerFront(tokens::TokenService& tokens, const tokens::SigningKeys& keys, EcrApi* ecr,
                http::Handler& registry)
      : tokens_(tokens), keys_(keys), ecr_(ecr), registry_(registry) {}

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request& request, const http::Exchange& exchange) override;

 private:
  tokens::TokenService& tokens_;
  const tokens::SigningKeys& keys_;
  EcrApi* const ecr_;
  http::Handler& registry_;
};

}  // namespace larder::access
