#include "daemon/registry/registry.h"

#include <utility>

#include "daemon/http/head.h"
#include "daemon/registry/accept.h"
#include "daemon/registry/replies.h"

namespace larder::registry {

namespace {

bool is_read(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

http::Response method_reply() {
  auto response = error_reply(405, "UNSUPPORTED", "this registry is read-only", CacheStatus::local);
  response.headers.add("Allow", "GET, HEAD");
  return response;
}

http::Response path_reply(const Error& error) {
  if (error.code == Errc::invalid) return error_reply(RouteKind::unknown, error);
  if (!error.cause.empty()) return error_reply(404, "NAME_UNKNOWN", error);
  return error_reply(404, "NAME_UNKNOWN", describe(error), CacheStatus::local);
}

}  // namespace

Registry::Registry(std::string default_upstream, upstream::Upstreams& upstreams,
                   Manifests& manifests, Blobs& blobs, Lists& lists, RegistryObserver& observer,
                   ListenerRules listeners)
    : default_upstream_(std::move(default_upstream)),
      upstreams_(upstreams),
      manifests_(manifests),
      blobs_(blobs),
      lists_(lists),
      observer_(observer),
      listeners_(std::move(listeners)) {}

http::Response Registry::handle(const http::Request& request) {
  if (!is_read(request)) return method_reply();
  const auto path = parse_registry_path(request.target);
  if (!path.ok()) return path_reply(path.error());
  auto response = answer(request, *path);
  if (!path->ns.empty()) response.headers.add("OCI-Namespace", path->ns);
  return response;
}

void Registry::finished(const http::Request& request, const http::Exchange& exchange) {
  const auto path = parse_registry_path(request.target);
  observer_.request_finished(request, path.ok() ? path->kind : RouteKind::unknown, exchange);
}

AccessGate* Registry::gate_of(const http::Request& request) const {
  const auto gate = listeners_.gates.find(request.listener);
  return gate == listeners_.gates.end() ? nullptr : gate->second;
}

http::Response Registry::ping(const http::Request& request) {
  AccessGate* const gate = gate_of(request);
  auto refusal = gate == nullptr ? std::nullopt : gate->refuse_ping(request);
  return refusal ? *std::move(refusal) : ping_reply();
}

Result<Target> Registry::target_of(const http::Request& request, const RegistryPath& path) const {
  auto target =
      find_target(path, upstreams_, default_upstream_, host_asked_as(request, listeners_.hosts));
  if (!target.ok() || reaches(request.listener, target->upstream->name(), listeners_.upstreams)) {
    return target;
  }
  return Error{Errc::not_found,
               "listener " + request.listener + " does not reach " + target->upstream->name() +
                   "; its `upstreams` in the config would allow it",
               "closed-world"};
}

http::Response Registry::answer(const http::Request& request, const RegistryPath& path) {
  if (path.kind == RouteKind::ping) return ping(request);
  auto target = target_of(request, path);
  if (!target.ok()) return path_reply(target.error());
  auto response = answer_or_refuse(request, path, *target);
  response.admission = std::move(target->admission);
  return response;
}

http::Response Registry::answer_or_refuse(const http::Request& request, const RegistryPath& path,
                                          Target& target) {
  if (AccessGate* const gate = gate_of(request); gate != nullptr) {
    if (auto refusal = gate->refuse(request, path, target)) return *std::move(refusal);
  }
  auto response = answer(request, path, std::as_const(target));
  if (response.ok()) return *std::move(response);
  return error_reply(path.kind, response.error());
}

Result<http::Response> Registry::answer(const http::Request& request, const RegistryPath& path,
                                        const Target& target) {
  switch (path.kind) {
    case RouteKind::manifest:
      return manifest(request, target, path.reference);
    case RouteKind::blob:
      return blobs_.answer(request, target, path.reference);
    case RouteKind::tags:
    case RouteKind::referrers:
      return lists_.answer(request, path, target);
    default:
      return Error{Errc::not_found, "this registry does not offer it"};
  }
}

Result<http::Response> Registry::manifest(const http::Request& request, const Target& target,
                                          const std::string& reference) {
  auto found = manifests_.get(target, reference, !request.is_head());
  if (!found.ok()) return found.error();
  if (!accepts(request.headers.find_all("Accept"), found->media_type)) {
    return error_reply(404, "MANIFEST_UNKNOWN",
                       "the manifest is " + found->media_type + ", which Accept does not cover",
                       found->status);
  }
  const std::string digest = found->digest.str();
  const std::string etag = "\"" + digest + "\"";
  http::Response response;
  response.headers.add("Content-Type", found->media_type);
  response.headers.add("Docker-Content-Digest", digest);
  response.headers.add("ETag", etag);
  add_common_headers(response, found->status, found->ttl);
  const auto condition = request.headers.find("If-None-Match");
  if (condition && http::etag_matches(*condition, etag)) {
    response.status = 304;
  } else if (found->bytes) {
    response.body = *std::move(found->bytes);
  } else {
    response.content_length = found->size_bytes;
  }
  return response;
}

}  // namespace larder::registry
