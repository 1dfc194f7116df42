#include "daemon/upstream/endpoint_path.h"

namespace larder::upstream {

namespace {

constexpr std::string_view kApi = "/v2";
constexpr std::string_view kApiRoot = "/v2/";

}  // namespace

std::string EndpointPath::target_of(std::string_view path) const {
  const bool names_repository = path.starts_with(kApiRoot) && path.size() > kApiRoot.size();
  if (!names_repository) return base + std::string(path);
  return base + std::string(kApiRoot) + repository_prefix +
         std::string(path.substr(kApiRoot.size()));
}

std::string EndpointPath::repository_of(const std::string& repository) const {
  return repository_prefix + repository;
}

EndpointPath split_endpoint_path(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  // With a slash behind it, the part at the end is found like the others.
  const std::string closed = std::string(path) + "/";
  const auto api = closed.find(kApiRoot);
  if (api == std::string::npos) return {std::string(path), ""};
  return {closed.substr(0, api), closed.substr(api + kApi.size() + 1)};
}

}  // namespace larder::upstream
