#include "daemon/registry/image_reference.h"

#include "daemon/registry/registry_path.h"
#include "daemon/registry/target.h"

namespace larder::registry {

namespace {

Error not_an_image(std::string_view text) {
  return {Errc::invalid, "\"" + std::string(text) + "\" is no image name: expected one such as " +
                             "docker.io/library/redis:7 or NAME@sha256:.."};
}

// Where the tag's ":" is; a host's port has one too, but before the last "/".
std::size_t tag_colon(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return name.find(':', slash == std::string_view::npos ? 0 : slash);
}

}  // namespace

Result<ImageReference> parse_image_reference(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  const std::size_t colon = tag_colon(name);
  ImageReference image{std::string(name.substr(0, colon)), "latest"};
  if (colon != std::string_view::npos) image.reference = name.substr(colon + 1);
  if (!is_tag(image.reference)) return not_an_image(text);
  if (at != std::string_view::npos) {
    image.reference = text.substr(at + 1);
    const auto digest = cache::Digest::parse(image.reference);
    if (!digest.ok()) return in_context(std::string(text), digest.error());
  }
  if (!is_repository_with_host(image.repository)) return not_an_image(text);
  return image;
}

Result<cache::Digest> find_cached_digest(std::string_view text, upstream::Upstreams& upstreams,
                                         const std::string& default_upstream,
                                         const cache::Store& store) {
  const auto image = parse_image_reference(text);
  if (!image.ok()) return image.error();
  if (is_digest(image->reference)) return cache::Digest::parse(image->reference);
  const RegistryPath path{RouteKind::manifest, image->repository, image->reference, ""};
  const auto target = find_target(path, upstreams, default_upstream);
  if (!target.ok()) return target.error();
  const cache::TagName name{target->upstream->name(), target->repository, image->reference};
  const auto record = store.find_tag(name);
  if (!record) return Error{Errc::not_found, name.str() + " is not in the cache: pull it first"};
  return record->digest;
}

Result<std::string> full_repository_name(const std::string& text, upstream::Upstreams& upstreams,
                                         const std::string& default_upstream) {
  if (!is_repository_with_host(text)) {
    return Error{Errc::invalid, "\"" + text + "\" is no repository: expected one such as " +
                                    "docker.io/library/redis, without a tag"};
  }
  const auto target = find_target({RouteKind::tags, text, "", ""}, upstreams, default_upstream);
  if (!target.ok()) return target.error();
  return target->upstream->name() + "/" + target->repository;
}

}  // namespace larder::registry
