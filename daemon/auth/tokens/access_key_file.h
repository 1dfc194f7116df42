// The access keys of a file. It is read again when it has changed; one that cannot be read or used
// any more leaves the keys as they were.
//
// Thread-safety: any thread; maintain() one at a time. Blocks: open() and maintain() on disk.
#pragma once

#include <filesystem>
#include <memory>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/access_keys.h"
#include "daemon/auth/watched_file.h"

namespace larder::tokens {

class AccessKeyFile {
 public:
  // `clock` must outlive it. Returns: not_found, denied, io; denied when others than its owner and
  // group may read or its group may write it; invalid, naming the line.
  static Result<std::unique_ptr<AccessKeyFile>> open(std::filesystem::path file,
                                                     const Clock& clock);

  std::shared_ptr<const AccessKeys> keys() const;  // shared with checks under way

  // Once a second. Returns: as open(), for a log line; the keys stay.
  Status maintain();

 private:
  AccessKeyFile(std::filesystem::path file, const Clock& clock);

  auth::WatchedFile file_;  // of who maintains
  mutable Mutex mutex_;
  std::shared_ptr<const AccessKeys> keys_ GUARDED_BY(mutex_);
};

}  // namespace larder::tokens
