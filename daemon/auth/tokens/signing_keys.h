// The keys that sign Larder's tokens: made on the first start, rotated, shared through a file.
//
// Several daemons may use one file, on a shared disk or as a mounted Kubernetes secret: each sees
// the others' changes without a restart and takes the others' tokens. A file that may be written is
// made and rotated by whoever comes first, under a lock beside it; one that is read-only is only
// read. What can no longer be read, or no longer parses, leaves the keys as they were.
// Thread-safety: any thread. Blocks: open(), maintain() and find() on disk.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/key_ring.h"
#include "daemon/auth/tokens/key_times.h"
#include "daemon/auth/watched_file.h"

namespace larder::tokens {

struct SigningKeysOptions {
  std::filesystem::path file;
  bool read_only = false;  // never made, never rotated
  RotationRules rotation{};
};

class SigningKeys {
 public:
  // `clock` must outlive the keys. Returns: not_found, denied or io when the file can neither be
  // read nor made; invalid when it holds no keys. No error tells of its content.
  static Result<std::unique_ptr<SigningKeys>> open(SigningKeysOptions options, Clock& clock);

  // Sees what others changed, makes the next key in time, drops keys that have ended. To be called
  // about once a second. Returns: as open(), for a log line; the keys stay what they were.
  Status maintain();

  std::shared_ptr<const KeyRing> ring() const EXCLUDES(mutex_);

  // The ring in which `kid` is, read anew when it is not in this one: another node may have made
  // it. At most once a second. Null when it is in none.
  std::shared_ptr<const KeyRing> find(std::string_view kid);

 private:
  SigningKeys(SigningKeysOptions options, Clock& clock);
  Status reload();
  Status rotate(bool wait);
  Status write_planned();
  void replace(std::shared_ptr<const KeyRing> ring) EXCLUDES(mutex_);

  const SigningKeysOptions options_;
  Clock& clock_;
  std::atomic_flag maintaining_;  // whoever holds it may use file_
  auth::WatchedFile file_;
  mutable Mutex mutex_;
  std::shared_ptr<const KeyRing> ring_ GUARDED_BY(mutex_);  // shared with tokens being checked
  MonoTime looked_for_unknown_ GUARDED_BY(mutex_){};
};

}  // namespace larder::tokens
