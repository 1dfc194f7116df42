// A policy that follows its file: a new version is in force within a second, without a restart.
//
// A version that cannot be read or does not parse is reported, and the one before stays in force;
// there is always one. A file replaced by rename, written in place, or reached through symlinks
// that move (a ConfigMap's) is seen as changed.
// Thread-safety: any thread. Blocks: open(), and current() on one thread a second, on disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/policy/policy.h"
#include "daemon/auth/watched_file.h"

namespace larder::policy {

// Told what becomes of a policy's file, on the thread that asked for the policy.
// Thread-safety: any thread, one call at a time for each file. Blocks: must not for long.
class PolicyObserver {
 public:
  virtual ~PolicyObserver() = default;
  // A changed file is in force; or the one in force can be read again.
  virtual void policy_reloaded(const std::filesystem::path& file, const Policy& policy) = 0;
  // Told once for each reason; `error` as PolicyFile::open().
  virtual void policy_kept(const std::filesystem::path& file, const Error& error) = 0;
};

class PolicyFile {
 public:
  // `clock` and `observer` must outlive it. Returns: not_found, denied or io when the file cannot
  // be read; invalid when it is no regular file or larger than kPolicyBytesMax; as parse_policy
  // when it is no policy.
  static Result<std::unique_ptr<PolicyFile>> open(std::filesystem::path file, const Clock& clock,
                                                  PolicyObserver& observer);

  // The policy in force. Looks at the file when nobody has for a second; others do not wait for
  // whoever looks.
  std::shared_ptr<const Policy> current() EXCLUDES(mutex_);

  static constexpr std::chrono::seconds kLookEvery{1};

 private:
  PolicyFile(std::filesystem::path file, const Clock& clock, PolicyObserver& observer);

  void look() EXCLUDES(mutex_);
  void keep(const Error& error);

  auth::WatchedFile file_;  // of the one thread that looks
  const Clock& clock_;
  PolicyObserver& observer_;

  Mutex mutex_;
  std::shared_ptr<const Policy> policy_ GUARDED_BY(mutex_);  // shared with those who decide by it
  MonoTime look_at_ GUARDED_BY(mutex_);
  bool is_looking_ GUARDED_BY(mutex_) = false;

  std::string reported_;  // why the file is not in force; empty when it is. As file_
};

// The policy of a file, once. Returns: as PolicyFile::open().
Result<Policy> load_policy(const std::filesystem::path& file);

}  // namespace larder::policy
