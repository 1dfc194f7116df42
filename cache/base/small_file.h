// Reads a file that is read whole or not at all: a secret, a token, a config of others.
//
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "cache/base/result.h"

namespace larder {

// Returns: not_found, denied or io when it cannot be read; invalid when it is no regular file or
// larger than `bytes_max`. Errors name the file and nothing of what is in it.
Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace larder
