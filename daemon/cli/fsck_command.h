// `larder fsck`: checks a cache that no daemon uses, and mends it when told to.
//
// Thread-safety: one thread at a time. Blocks: on disk, while everything is read.
#pragma once

#include <string>

#include "daemon/cli/output.h"

namespace larder::cli {

struct FsckCommandOptions {
  std::string directory;    // empty: the config's cache.path
  std::string config_file;  // empty: the default file, or the defaults
  bool repair = false;
  Output output = Output::text;
};

// What `larder fsck` ends with besides kExitOk, which is also for what was repaired.
inline constexpr int kExitProblemsRemain = 1;
inline constexpr int kExitCouldNotRun = 2;  // in use, not a cache directory, not readable

// Returns: the exit status.
int fsck(const FsckCommandOptions& options);

}  // namespace larder::cli
