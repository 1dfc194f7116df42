// The index: what is known about blobs, documents and tags, found in microseconds.
//
// It holds metadata and copies of small documents only; the blob files are the truth, and the index
// can be rebuilt from them. Every method is one transaction: all of it lasts, or none.
// Thread-safety: any thread. Blocks: reads never on disk beyond a page fault; writes on one commit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/digest.h"

namespace larder::cache {

// A complete blob in the blob files.
struct BlobRecord {
  std::uint64_t size_bytes = 0;
  std::string media_type;  // as an upstream gave it; empty when never told
  WallTime stored_at;

  bool operator==(const BlobRecord&) const = default;
};

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
  bool operator==(const TagName&) const = default;
};

// What a tag meant when an upstream was last asked.
struct TagRecord {
  Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;  // of the image manifest or index
  WallTime fetched_at;           // when the tag began to mean this digest, as far as we saw
  WallTime checked_at;           // when an upstream last confirmed it

  bool operator==(const TagRecord&) const = default;
};

struct IndexTotals {
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;
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
  // `document` there is none afterwards. Lasting when it returns.
  // Returns: no_space when the disk or the map is full.
  // Requires: the document's bytes have this digest; the caller has verified them.
  virtual Status put_blob(const Digest& digest, const BlobRecord& record,
                          const std::optional<Document>& document) = 0;
  virtual Status put_tag(const TagName& name, const TagRecord& record) = 0;

  // The blob's record and document; absent is fine.
  virtual Status remove_blob(const Digest& digest) = 0;
  virtual Status remove_tag(const TagName& name) = 0;

  // Calls `visit` for each row of one snapshot; stops early when it returns false. `visit` must be
  // quick: a long reader keeps freed pages from being used again.
  virtual Status for_each_blob(
      const std::function<bool(const Digest&, const BlobRecord&)>& visit) const = 0;
  virtual Status for_each_tag(
      const std::function<bool(const TagName&, const TagRecord&)>& visit) const = 0;

  // Counted in O(1).
  virtual Result<IndexTotals> totals() const = 0;
};

}  // namespace larder::cache
