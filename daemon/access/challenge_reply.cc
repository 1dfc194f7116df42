#include "daemon/access/challenge_reply.h"

#include <utility>

#include "daemon/registry/replies.h"

namespace larder::access {

http::Response challenge_reply(const http::Request& request, tokens::BearerChallenge challenge) {
  auto realm = tokens::realm_of(request.headers, request.tls != nullptr, kTokenPath);
  if (!realm.ok()) return registry::error_reply(registry::RouteKind::unknown, realm.error());
  challenge.realm = *std::move(realm);
  auto response = registry::error_reply(401, "UNAUTHORIZED", "authentication required",
                                        registry::CacheStatus::local);
  response.headers.add("WWW-Authenticate", tokens::bearer_challenge(challenge));
  return response;
}

}  // namespace larder::access
