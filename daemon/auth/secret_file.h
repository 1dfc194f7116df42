// Small files with secrets in them.
//
// Thread-safety: functions of their arguments. Blocks: on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "cache/base/result.h"

namespace larder::auth {

// Returns: not_found, denied or io when the file cannot be read; invalid when it is larger than
// `bytes_max`. Errors name the file and nothing of what is in it.
Result<std::string> read_secret_file(const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace larder::auth
