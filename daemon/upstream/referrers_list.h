// The referrers of a subject, gathered from the pages of a registry's answer into one image index.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/index.h"

namespace larder::upstream {

inline constexpr std::size_t kListBytesMax = 4 * 1024 * 1024;  // of a page, and of all together

class ReferrersList {
 public:
  // Adds what the image index `page` lists, each digest once, every field as it came.
  // Returns: upstream_down when it is no image index of descriptors, or too much.
  Status add(std::string_view page);

  // All that was added as an image index; an empty one when nothing was.
  cache::Document document() const;

 private:
  std::string manifests_;  // descriptors, with a comma between two
  std::set<std::string> digests_;
};

}  // namespace larder::upstream
