#include "daemon/access/listener_front.h"

#include "daemon/access/challenge_reply.h"
#include "daemon/http/query.h"

namespace larder::access {

namespace {

constexpr std::string_view kKeysPath = "/.well-known/jwks.json";

// Nodes that share keys take a new one after its lead of a day; an hour of caching is well within.
http::Response keys_reply(const std::string& jwks) {
  http::Response response;
  response.headers.add("Content-Type", "application/jwk-set+json");
  response.headers.add("Cache-Control", "public, max-age=3600");
  response.body = jwks;
  return response;
}

}  // namespace

http::Response ListenerFront::handle(const http::Request& request) {
  const auto path = http::split_target(request.target).path;
  if (path == kTokenPath) return tokens_.handle(request);
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (path == kKeysPath && is_read) return keys_reply(keys_.ring()->jwks());
  return registry_.handle(request);
}

void ListenerFront::finished(const http::Request& request, const http::Exchange& exchange) {
  registry_.finished(request, exchange);
}

}  // namespace larder::access
