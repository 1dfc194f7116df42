#include "daemon/registry/cached_document.h"

#include <utility>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {

namespace {

// With the media type that the document itself tells, when nobody else has.
std::optional<cache::Document> with_type(std::optional<cache::Document> document) {
  if (!document || !document->media_type.empty()) return document;
  auto media_type = upstream::media_type_inside(document->bytes);
  if (!media_type || media_type->empty()) return std::nullopt;
  document->media_type = *std::move(media_type);
  return document;
}

}  // namespace

std::optional<cache::Document> find_named_document(cache::Store& store,
                                                   const cache::Digest& digest) {
  auto document = store.find_document(digest);
  if (!document || !document->media_type.empty()) return document;
  document = with_type(std::move(document));
  if (document) (void)store.put_document(digest, *document);  // it was read by this digest
  return document;
}

std::optional<cache::Document> peek_named_document(const cache::Store& store,
                                                   const cache::Digest& digest) {
  return with_type(store.peek_document(digest));
}

}  // namespace larder::registry
