// Replacing a file of secrets: all of it or nothing, for its owner's eyes, and safe from a power
// cut once it is there.
//
// Thread-safety: functions of their arguments. Blocks: on disk.
#pragma once

#include <filesystem>
#include <string_view>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"

namespace larder::tokens {

// Mode 0600; written beside `path`, synced, renamed, the folder synced. Returns: as from_errno.
Status write_secret_file(const std::filesystem::path& path, std::string_view content);

// Holds the lock file `path` (made with mode 0600) until it is closed. With `wait` false: busy when
// somebody else does. Returns: busy, or as from_errno.
Result<UniqueFd> lock_file(const std::filesystem::path& path, bool wait);

}  // namespace larder::tokens
