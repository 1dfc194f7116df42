// How the values of the index are written as bytes (docs/on-disk-format.md).
//
// Decoding copies, checks every length, and wants the value to end where the row ends. A row is
// good only under its own key, so each function takes it.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "cache/index.h"
#include "cache/index_keys.h"

namespace larder::cache {

// What a schema version means: which kinds there are and how their keys are made.
inline constexpr std::uint32_t kSchemaVersion = 2;

// The totals, and the next place in a queue.
struct TotalsRow {
  IndexTotals totals;
  std::uint64_t next_position = 1;

  bool operator==(const TotalsRow&) const = default;
};

// A record, and its place in the queue it names.
struct BlobRow {
  BlobRecord record;
  std::uint64_t position = 0;
  unsigned frequency = 0;

  bool operator==(const BlobRow&) const = default;
};

struct TagRow {
  TagName name;
  TagRecord record;

  bool operator==(const TagRow&) const = default;
};

// Every schema writes and reads its own version in the same five bytes, without a check.
std::string encode_schema(std::uint32_t version);
Result<std::uint32_t> decode_schema(Bytes key, Bytes row);

std::string encode(Bytes key, const TotalsRow& row);
std::string encode(Bytes key, const BlobRow& row);
std::string encode(Bytes key, const Document& document);
std::string encode(Bytes key, const TagRow& row);
std::string encode(Bytes key, const Digest& digest);  // who has this place in a queue
std::string encode(Bytes key, const std::vector<Digest>& children);
std::string encode(Bytes key, WallTime pinned_since);
std::string encode(Bytes key, const std::string& note);
std::string encode_parent(Bytes key);  // the key says it all

// Each returns: corrupt when the bytes are no such row, or one of another version.
Result<TotalsRow> decode_totals(Bytes key, Bytes row);
Result<BlobRow> decode_blob(Bytes key, Bytes row);
Result<Document> decode_document(Bytes key, Bytes row);
Result<TagRow> decode_tag(Bytes key, Bytes row);
Result<TagRecord> decode_tag_record(Bytes key, Bytes row);  // without copying the name
Result<Digest> decode_place(Bytes key, Bytes row);
Result<std::vector<Digest>> decode_children(Bytes key, Bytes row);
Result<WallTime> decode_pin(Bytes key, Bytes row);
Result<std::string> decode_note(Bytes key, Bytes row);
Status decode_parent(Bytes key, Bytes row);

}  // namespace larder::cache
