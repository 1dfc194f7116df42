#include "daemon/access/listener_front.h"

#include "daemon/access/challenge_reply.h"
#include "daemon/auth/tokens/token_replies.h"
#include "daemon/http/query.h"

namespace larder::access {

namespace {

constexpr std::string_view kKeysPath = "/.well-known/jwks.json";

// The same keys for registries that take only certificates.
constexpr std::string_view kCertificatesPath = "/token/certificates.pem";

}  // namespace

http::Response ListenerFront::handle(const http::Request& request) {
  const auto path = http::split_target(request.target).path;
  if (path == kTokenPath) return tokens_.handle(request);
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (path == kKeysPath && is_read) return tokens::jwks_reply(*keys_.ring());
  if (path == kCertificatesPath && is_read) return tokens::certificates_reply(*keys_.ring());
  if (ecr_ != nullptr && EcrApi::is_asked(request)) return ecr_->answer(request);
  return registry_.handle(request);
}

void ListenerFront::finished(const http::Request& request, const http::Exchange& exchange) {
  registry_.finished(request, exchange);
}

}  // namespace larder::access
