// A file with a token in it, as AWS's own tools read it.
//
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <filesystem>
#include <string>

#include "cache/base/result.h"

namespace larder::aws {

// Without white space at its ends, up to 20,000 bytes (what STS takes).
// Returns: as read_small_file; invalid when it is empty or has a character that no header may
// hold. The context names the file, never what is in it.
Result<std::string> read_token_file(const std::filesystem::path& file);

}  // namespace larder::aws
