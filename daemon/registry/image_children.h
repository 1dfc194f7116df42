// What a document refers to: an image manifest's config and layers, an image index's manifests, an
// artifact manifest's blobs.
//
// Not the subject of a referrer: whoever keeps a signature need not keep what it signs.
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <cstddef>
#include <vector>

#include "cache/digest.h"
#include "cache/index.h"

namespace larder::registry {

inline constexpr std::size_t kImageChildrenMax = 4096;  // images have at most 127 layers

// In the document's order, each once; the first kImageChildrenMax. Empty for a document of another
// kind and for malformed JSON. The kind is the document's media type, else what its text tells.
std::vector<cache::Digest> image_children(const cache::Document& document);

}  // namespace larder::registry
