// A document that is in the cache, with its media type.
//
// Thread-safety: any thread. Blocks: on disk when it is not in the index.
#pragma once

#include <optional>

#include "cache/digest.h"
#include "cache/index.h"
#include "cache/store.h"

namespace larder::registry {

// The bytes of a document that is served under a name, and its media type. A document whose media
// type was lost with the index, or that came as a blob, tells it itself; nothing when it cannot.
std::optional<cache::Document> find_named_document(cache::Store& store,
                                                   const cache::Digest& digest);
// The same, and nothing is changed by it: no use is counted.
std::optional<cache::Document> peek_named_document(const cache::Store& store,
                                                   const cache::Digest& digest);

}  // namespace larder::registry
