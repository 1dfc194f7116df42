// Images whose tag means another image now: what only they need is the first to go.
//
// A new version makes the old one unlikely to be asked again, which its uses so far do not tell. So
// the blobs that nothing else refers to go back to the end of probation; a use there brings each
// back to main. An image that another tag still names stays where it is.
// Bounded: what does not fit is left to age as anything else. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <unordered_set>

#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "cache/digest.h"

namespace larder::cache {

class Index;

class Superseded {
 public:
  // A tag that meant this image manifest or index means another one. Blocks: no.
  void note(const Digest& document);

  // Demotes what was noted since the last time; at once when nothing was.
  // Blocks: on the index, for a walk over all tags. On error what was noted is dropped.
  Status demote(Index& index);

 private:
  static constexpr std::size_t kNotedMax = 1024;

  Mutex mutex_;
  std::unordered_set<Digest> noted_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
