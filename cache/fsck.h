// Checks a whole cache that no Larder is using, and repairs it when told to.
//
// What is found and done: FindingKind, and a damaged or missing index, which is moved aside and
// made again from its copy and the files. Stray files are told of and left alone.
#pragma once

#include <filesystem>
#include <functional>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/check_report.h"
#include "cache/index_reader.h"

namespace larder::cache {

struct FsckOptions {
  std::filesystem::path directory;  // cache.path
  IndexReaderProgram index_reader;  // never empty
  bool repair = false;              // false: changes nothing on disk, which may be read-only
  // Called with each piece that was read, on the caller's thread. Must be quick.
  std::function<void(const CheckReport&)> progress = nullptr;
};

// Every file is read and hashed, as fast as the disk goes. May be killed at any time and run again.
// Trouble that ended it early is in the report.
// Returns: not_found when the directory holds no cache; busy when it is in use; denied, io.
// Blocks: for minutes to hours.
Result<CheckReport> fsck(const FsckOptions& options, const Clock& clock);

}  // namespace larder::cache
