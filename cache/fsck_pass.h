// The check of a cache nobody uses: every record, file, tag and partial file (fsck.h opens it).
//
// Run again after a kill it goes on with what is left to do; after a repair it finds nothing but
// files that are not Larder's. Thread-safety: one thread. Blocks: on disk, as fast as that goes.
#pragma once

#include <functional>

#include "cache/base/clock.h"
#include "cache/blob_files.h"
#include "cache/blob_folders.h"
#include "cache/check_report.h"
#include "cache/index.h"

namespace larder::cache {

struct FsckPassParts {
  BlobFiles& blob_files;
  BlobFolders folders;
  Index* index;  // nullptr: none to be had
  const Clock& clock;
  bool repair = false;  // false: changes nothing on disk
  // After each piece that was read. Must be quick.
  std::function<void(const CheckReport&)> progress;
};

// Adds to `report`, which has begun, and finishes it. Trouble that ends it early is in the report.
void run_fsck_pass(const FsckPassParts& parts, CheckReport& report);

}  // namespace larder::cache
