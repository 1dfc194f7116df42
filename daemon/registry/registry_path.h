// The path grammar of the distribution API: a request target becomes one value, or fails.
//
// Repository names may contain "/blobs/" or "/manifests/", so the path is read from the right
// (distribution-spec, "Pulling"). Percent-escapes are refused in the
// path: the grammar has no character that needs one.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/upstream/tag_name.h"

namespace larder::registry {

enum class RouteKind { ping, manifest, blob, tags, referrers, unknown };

struct RegistryPath {
  RouteKind kind = RouteKind::unknown;
  std::string repository;  // "library/redis", or with a host first: "quay.io/prometheus/prometheus"
  std::string reference;   // tag or digest, not yet checked; empty for ping and tags
  std::string ns;          // of ?ns=, percent-decoded; empty when absent

  bool operator==(const RegistryPath&) const = default;
};

// Returns: not_found for a path that is not below /v2/ or has no known shape; invalid for a
// repository that breaks the grammar (NAME_INVALID) or an escape that does not decode.
Result<RegistryPath> parse_registry_path(std::string_view target);

// distribution-spec: [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*
bool is_repository(std::string_view text);

// The same, perhaps with a host as its first component.
bool is_repository_with_host(std::string_view text);

using upstream::is_tag;

// Whether a reference is meant as a digest: no tag has a colon.
inline bool is_digest(std::string_view reference) {
  return reference.find(':') != reference.npos;
}

// A host as an image name's first component shows one: with "." or ":", or "localhost".
bool looks_like_host(std::string_view component);

}  // namespace larder::registry
