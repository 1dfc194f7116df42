// The index: what is known about blobs, documents and tags, found in microseconds.
//
// It holds metadata and copies of small documents only; the blob files are the truth, and the index
// can be rebuilt from them. Every method is one transaction: all of it lasts, or none.
// Thread-safety: any thread. Blocks: reads never on disk beyond a page fault; writes on one commit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/digest.h"
#include "cache/disk_bytes.h"

namespace larder::cache {

// The two queues in which blobs wait for eviction (evictor.h), each in the order of arrival.
enum class Queue : std::uint8_t { probation = 1, main = 2 };

// A complete blob in the blob files.
struct BlobRecord {
  std::uint64_t size_bytes = 0;
  std::string media_type;  // as an upstream gave it; empty when never told
  WallTime stored_at;
  WallTime used_at = stored_at;  // as far as it has been written down (record_uses)
  std::uint64_t uses = 0;
  Queue queue = Queue::probation;  // where a new blob begins; a known one keeps its place

  bool operator==(const BlobRecord&) const = default;
};

// A blob in its queue.
struct Candidate {
  Digest digest;
  std::uint64_t size_bytes = 0;
  Queue queue = Queue::probation;
  std::uint64_t position = 0;  // grows with each arrival; never used twice in a queue
  unsigned frequency = 0;      // uses since it entered the queue, kFrequencyMax at most

  bool operator==(const Candidate&) const = default;
};
inline constexpr unsigned kFrequencyMax = 3;

// Uses of a blob since they were last written down.
struct BlobUse {
  Digest digest;
  WallTime used_at;
  std::uint64_t count = 1;
};

// To the newest end of `queue`, with this frequency.
struct Requeue {
  Digest digest;
  Queue queue = Queue::main;
  unsigned frequency = 0;
};

// Why a blob, and what it refers to, must not be evicted. A blob may have several.
struct Pin {
  std::string reason;  // 1 .. kPinReasonBytesMax bytes, "operator: release 4.2"
  WallTime since;

  bool operator==(const Pin&) const = default;
};
inline constexpr std::size_t kPinReasonBytesMax = 255;

// The bytes of a small blob (an image manifest, index or config), kept where a hit opens no file.
struct Document {
  std::string media_type;
  std::string bytes;

  bool operator==(const Document&) const = default;
};

// What a tag is called: the upstream by the name clients use ("docker.io"), never an endpoint.
struct TagName {
  std::string upstream;
  std::string repository;
  std::string tag;

  std::string str() const { return upstream + "/" + repository + ":" + tag; }
  // A list (of the repository's tags, of what refers to one of its images) is kept as if under a
  // tag, whose name begins with what no tag may contain.
  bool is_list() const { return tag.starts_with('?'); }
  bool operator==(const TagName&) const = default;
};

// What a tag meant when an upstream was last asked.
struct TagRecord {
  Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;  // of the image manifest or index
  WallTime fetched_at;           // when the tag began to mean this digest, as far as we saw
  WallTime checked_at;           // when an upstream last confirmed it
  WallTime gone_at{};            // when an upstream last said that it is no more; 1970: it did not

  bool is_gone() const { return gone_at > checked_at; }
  bool operator==(const TagRecord&) const = default;
};

struct IndexTotals {
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;
  std::uint64_t disk_bytes = 0;       // disk_bytes() of all blobs
  std::uint64_t probation_bytes = 0;  // of these, in the probation queue
  std::uint64_t tags = 0;

  bool operator==(const IndexTotals&) const = default;
};

class Index {
 public:
  virtual ~Index() = default;

  // An empty optional when there is no such row.
  // Returns: corrupt when the row or the index is damaged, busy or io otherwise.
  virtual Result<std::optional<BlobRecord>> find_blob(const Digest& digest) const = 0;
  virtual Result<std::optional<Document>> find_document(const Digest& digest) const = 0;
  virtual Result<std::optional<TagRecord>> find_tag(const TagName& name) const = 0;

  // Records a complete blob; with `document`, its bytes too. Replaces what was there, so without
  // `document` there is none afterwards; uses, place and frequency of a known blob stay as they
  // are. Lasting when it returns.
  // Returns: no_space when the disk or the map is full.
  // Requires: the document's bytes have this digest; the caller has verified them.
  virtual Status put_blob(const Digest& digest, const BlobRecord& record,
                          const std::optional<Document>& document) = 0;
  // Records the blobs that have no record yet, and leaves the others as they are: for rebuilding
  // from files, some thousands at once.
  virtual Status add_blobs(std::span<const std::pair<Digest, BlobRecord>> blobs) = 0;
  virtual Status put_tag(const TagName& name, const TagRecord& record) = 0;

  // The blobs' records, documents and children, not their pins; absent ones are fine.
  virtual Status remove_blobs(std::span<const Digest> digests) = 0;
  virtual Status remove_tag(const TagName& name) = 0;

  // Up to `count` blobs in the order of their digests, from the first one after `after` or from
  // the beginning. A walk in steps holds no snapshot.
  virtual Result<std::vector<std::pair<Digest, BlobRecord>>> blobs_after(
      const std::optional<Digest>& after, std::size_t count) const = 0;
  // Calls `visit` for each row of one snapshot; stops early when it returns false. `visit` must be
  // quick: a long reader keeps freed pages from being used again.
  virtual Status for_each_tag(
      const std::function<bool(const TagName&, const TagRecord&)>& visit) const = 0;

  // Up to `count` blobs of a queue, oldest first, from `position` on.
  virtual Result<std::vector<Candidate>> candidates(Queue queue, std::uint64_t position,
                                                    std::size_t count) const = 0;
  // Adds to uses and frequency, and moves used_at forward; digests without a record are skipped.
  virtual Status record_uses(std::span<const BlobUse> uses) = 0;
  // Digests without a record are skipped.
  virtual Status requeue(std::span<const Requeue> changes) = 0;

  // What a document refers to: the config and layers of an image manifest, the image manifests of
  // an image index; each is kept once, in this order. Replaces what was there. The blobs need no
  // records.
  virtual Status put_children(const Digest& parent, std::span<const Digest> children) = 0;
  virtual Result<std::vector<Digest>> children_of(const Digest& parent) const = 0;
  virtual Result<std::vector<Digest>> parents_of(const Digest& child) const = 0;

  // The blob need not be there yet. A second pin with the same reason replaces the first.
  // Returns: invalid when the reason is empty or too long.
  virtual Status put_pin(const Digest& digest, const Pin& pin) = 0;
  virtual Status remove_pin(const Digest& digest, const std::string& reason) = 0;  // absent is fine
  virtual Result<std::vector<Pin>> pins_of(const Digest& digest) const = 0;
  virtual Status for_each_pin(
      const std::function<bool(const Digest&, const Pin&)>& visit) const = 0;

  // Small texts that outlive a restart, by name (1 .. 100 bytes): where the scrubber was.
  // Returns: invalid when another name is put; none is found.
  virtual Result<std::optional<std::string>> find_note(const std::string& name) const = 0;
  virtual Status put_note(const std::string& name, const std::string& text) = 0;

  // Counted in O(1).
  virtual Result<IndexTotals> totals() const = 0;
};

}  // namespace larder::cache
