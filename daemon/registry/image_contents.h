// What a document is made of, as its own text says: an image manifest's config and layers, an image
// index's manifests with their platforms, an artifact manifest's blobs.
//
// Not the subject of a referrer: whoever keeps a signature need not keep what it signs.
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cache/digest.h"
#include "cache/index.h"
#include "daemon/registry/platform.h"

namespace larder::registry {

inline constexpr std::size_t kImageChildrenMax = 4096;  // images have at most 127 layers

struct Descriptor {
  cache::Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;  // as the document claims
  Platform platform{};           // of an index's manifests, when told

  bool operator==(const Descriptor&) const = default;
};

struct ImageContents {
  enum class Kind { other, manifest, index, artifact };

  Kind kind = Kind::other;
  bool has_config = false;  // the first part is the config of an image manifest
  // In the document's order, each digest once; the first kImageChildrenMax.
  std::vector<Descriptor> parts;
};

// Without parts for a document of another kind and for malformed JSON. The kind is the document's
// media type, else what its text tells.
ImageContents image_contents(const cache::Document& document);

}  // namespace larder::registry
