#include "cache/superseded.h"

#include <utility>
#include <vector>

#include "cache/image_graph.h"
#include "cache/index.h"

namespace larder::cache {

void Superseded::note(const Digest& document) {
  MutexLock lock(mutex_);
  if (noted_.size() < kNotedMax) noted_.insert(document);
}

Status Superseded::demote(Index& index) {
  std::unordered_set<Digest> unnamed;
  {
    MutexLock lock(mutex_);
    unnamed = std::exchange(noted_, {});
  }
  if (unnamed.empty()) return {};
  const Status walked = index.for_each_tag([&](const TagName&, const TagRecord& record) {
    unnamed.erase(record.digest);
    return !unnamed.empty();
  });
  if (!walked) return walked;
  const std::vector<Digest> documents(unnamed.begin(), unnamed.end());
  const Result<std::vector<Digest>> blobs = ImageGraph(index).only_of(documents);
  if (!blobs) return blobs.error();
  std::vector<Requeue> changes;
  for (const Digest& digest : *blobs) changes.push_back({digest, Queue::probation, 0});
  return changes.empty() ? Status() : index.requeue(changes);
}

}  // namespace larder::cache
