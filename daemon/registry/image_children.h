// What a document refers to, by digest alone: what must be kept together with it.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <vector>

#include "cache/digest.h"
#include "cache/index.h"
#include "daemon/registry/image_contents.h"

namespace larder::registry {

// The parts of image_contents(), an image manifest's config first.
std::vector<cache::Digest> image_children(const cache::Document& document);

}  // namespace larder::registry
