// For which kind of machine an image is made, as an image index tells it (image-spec,
// image-index.md).
//
// Thread-safety: functions of their arguments, but for node_platform(). Blocks: no.
#pragma once

#include <string>
#include <string_view>

namespace larder::registry {

struct Platform {
  std::string os;
  std::string architecture;  // "amd64", as Go calls it
  std::string variant;       // "v8"; mostly empty

  bool operator==(const Platform&) const = default;
};

// "linux/arm64/v8"; empty when nothing is told.
std::string to_string(const Platform& platform);

// What uname calls "x86_64" or "aarch64", as an image index calls it; any other as it is.
Platform linux_platform(std::string_view machine);

// Of the machine this runs on.
Platform node_platform();

// Whether an image for `offered` runs on `node`: of its variant, an older one ("v6" on "v7"), or of
// any where the node's is not known.
bool runs_on(const Platform& offered, const Platform& node);

// Whether a runtime on `node` prefers `one` to `other`: the node's own variant, then the newest.
// Requires: both run on it.
bool is_closer(const Platform& one, const Platform& other, const Platform& node);

}  // namespace larder::registry
