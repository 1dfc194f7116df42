#include "daemon/registry/node_reference.h"

#include "daemon/registry/image_reference.h"

namespace larder::registry {

Result<NodeReference> parse_node_reference(std::string_view text) {
  const auto image = parse_image_reference(text);
  if (!image.ok()) return image.error();
  const std::size_t slash = image->repository.find('/');
  const std::string first = image->repository.substr(0, slash);
  const bool has_host = slash != std::string::npos && looks_like_host(first);
  const std::string host = has_host ? first : "docker.io";
  const std::string repository = has_host ? image->repository.substr(slash + 1) : image->repository;
  return NodeReference{host, {RouteKind::manifest, repository, image->reference, host}};
}

std::string full_name(const std::string& host, const std::string& repository,
                      const std::string& reference) {
  return host + "/" + repository + (reference.find(':') != std::string::npos ? "@" : ":") +
         reference;
}

}  // namespace larder::registry
