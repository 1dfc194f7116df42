// What the path of an endpoint's URL means for requests and for token scopes.
//
// As in containerd's hosts.toml: a path without a part "v2" gets "/v2" behind it; with one, all
// behind it comes before the repository (there: override_path).
//
//   https://harbor.example/v2/dockerhub       /v2/dockerhub/library/redis/manifests/7
//   https://art.example/api/docker/remote/v2  /api/docker/remote/v2/library/redis/manifests/7
//   https://reg.example/mirror                /mirror/v2/library/redis/manifests/7
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

namespace larder::upstream {

struct EndpointPath {
  std::string base;               // "/mirror", in front of "/v2/"; may be empty
  std::string repository_prefix;  // "dockerhub/", in front of the repository; may be empty

  // Where `path` is at the endpoint: "/v2/library/redis/manifests/7", or another below "/v2/".
  std::string target_of(std::string_view path) const;
  // What the registry calls the repository, for the scope of a token.
  std::string repository_of(const std::string& repository) const;

  bool operator==(const EndpointPath&) const = default;
};

// `path` as in http::Url::target, without a query; slashes at its end do not count.
EndpointPath split_endpoint_path(std::string_view path);

}  // namespace larder::upstream
