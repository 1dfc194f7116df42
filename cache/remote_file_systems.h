// Which file systems the cache cannot live on: those whose locks, maps or renames are not the
// kernel's own.
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::cache {

// The name of the network or user-space file system with this statfs(2) type, empty for a local
// one. Thread-safety: any thread. Blocks: no.
std::string_view remote_file_system(std::uint32_t magic);

}  // namespace larder::cache
