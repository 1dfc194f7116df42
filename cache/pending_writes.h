// Documents and tags on their way to the disk: found at once, lasting soon.
//
// What was pulled can be pulled again, so an answer need not wait for its fsyncs; they happen in
// the order of the puts, on the executor. When too much is waiting, because the disk is slow or
// stuck, a put is refused: what it held is not kept, and no answer waits for it. Thread-safety: any
// thread. Blocks: put() on disk only when the executor takes no work.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/executor.h"
#include "cache/index.h"

namespace larder::cache {

class PendingWrites {
 public:
  // The writes themselves; they report their own failures. Called one at a time.
  struct Writers {
    std::function<void(const Digest&, const Document&)> document;
    std::function<void(const TagName&, const TagRecord&)> tag;
  };

  PendingWrites(Writers writers, Executor& executor);

  // Returns: busy when too much is waiting.
  Status put_document(const Digest& digest, const Document& document);
  Status put_tag(const TagName& name, const TagRecord& record);

  // What has been put and is not on disk yet.
  std::optional<Document> find_document(const Digest& digest) const;
  std::optional<TagRecord> find_tag(const TagName& name) const;

  std::vector<TagName> tag_names() const;

  // Returns when everything put before has been written.
  void flush();

 private:
  struct DocumentWrite {
    Digest digest;
    std::shared_ptr<const Document> document;
  };
  struct TagWrite {
    TagName name;
    TagRecord record;
  };
  using Write = std::variant<DocumentWrite, TagWrite>;

  Status add(Write write);
  void start_draining();
  void drain();
  void perform(const Write& write);
  static std::size_t size_of(const Write& write);
  void show(const Write& write) REQUIRES(mutex_);
  void forget(const Write& write) REQUIRES(mutex_);

  static constexpr std::size_t kWritesMax = 512;
  static constexpr std::size_t kBytesMax = 16 << 20;

  const Writers writers_;
  Executor& executor_;
  std::atomic<std::size_t> waiting_ = 0;  // look-ups skip the lock when nothing waits
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Write> queue_ GUARDED_BY(mutex_);
  std::size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  bool draining_ GUARDED_BY(mutex_) = false;
  std::unordered_map<Digest, std::shared_ptr<const Document>> documents_ GUARDED_BY(mutex_);
  std::map<std::string, TagRecord> tags_ GUARDED_BY(mutex_);  // by TagName::str()
};

}  // namespace larder::cache
