// Which digests are known to belong to a repository: a blob that is in the cache for one repository
// is not for that reason in another.
//
// What a tag of the repository names belongs to it, and whatever that refers to, by what is in the
// cache (registries take an image only with its parts); so does what its upstream was seen to have
// there. All else has to be asked for.
// Thread-safety: any thread. Blocks: on the index for a digest not seen before.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/digest.h"
#include "cache/store.h"
#include "daemon/registry/target.h"

namespace larder::access {

class RepositoryContents {
 public:
  static constexpr std::size_t kRepositoriesMax = 512;
  static constexpr std::size_t kDigestsMax = 16384;  // of one repository

  // Both must outlive this.
  RepositoryContents(const cache::Store& store, const Clock& clock)
      : store_(store), clock_(clock) {}

  bool holds(const registry::Target& target, const cache::Digest& digest);
  // Upstream has it there.
  void note(const registry::Target& target, const cache::Digest& digest);
  // It is asked for, so it may mean something new soon.
  void note_tag(const registry::Target& target, const std::string& tag);

 private:
  // What is still to be read to know more.
  struct Unread {
    std::set<std::string> tags;
    std::set<cache::Digest> documents;
    bool all_tags = false;
  };
  struct Known {
    std::set<cache::Digest> digests;
    Unread unread;
    MonoTime all_tags_read{};
    MonoTime used{};
  };

  Known& known(const registry::Target& target) REQUIRES(mutex_);
  bool is_known(const registry::Target& target, const cache::Digest& digest);
  Unread take_unread(const registry::Target& target);
  void read(const registry::Target& target, Unread unread);
  void add(const registry::Target& target, const std::set<cache::Digest>& digests,
           const std::set<cache::Digest>& unread);

  const cache::Store& store_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Known> repositories_ GUARDED_BY(mutex_);
};

}  // namespace larder::access
