// Reads a file that is read whole or not at all: a token, a profile file.
//
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "cache/base/result.h"

namespace larder::aws {

// Returns: not_found, denied or io when it cannot be read; invalid when it is no regular file or
// larger than `bytes_max`. The context names the file, never what is in it.
Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t bytes_max);

// A token file: without white space at its ends, up to 20,000 bytes (what STS takes).
// Returns: as above; invalid when it is empty or has a character that no header may hold.
Result<std::string> read_token_file(const std::filesystem::path& file);

}  // namespace larder::aws
