// Which digests are known to belong to a repository: a blob that is in the cache for one repository
// is not for that reason in another.
//
// Known is what upstream was asked for there and had. What a document refers to proves nothing:
// whoever may push writes what he likes into it, and not every registry looks whether it is there.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/digest.h"

namespace larder::access {

class RepositoryContents {
 public:
  static constexpr std::size_t kDigestsMax = 16384;  // of all repositories

  // `clock` must outlive this.
  explicit RepositoryContents(const Clock& clock) : clock_(clock) {}

  // `repository` with its upstream: "ghcr.io/team/app".
  bool holds(const std::string& repository, const cache::Digest& digest);
  // Upstream has it there.
  void note(const std::string& repository, const cache::Digest& digest);

  // For the next start, as lines. What cannot be read is skipped.
  std::string text() const;
  void load(std::string_view text);
  // Whether text() has changed since the last time this was asked.
  bool take_changed();
  // That text could not be kept.
  void give_back_changed();

 private:
  void load_line(std::string_view line) REQUIRES(mutex_);
  void make_room() REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  // By repository and digest, when it was last asked for.
  std::map<std::string, std::map<cache::Digest, MonoTime>, std::less<>> used_ GUARDED_BY(mutex_);
  std::size_t count_ GUARDED_BY(mutex_) = 0;
  bool has_changed_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::access
