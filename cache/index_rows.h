// How the rows of the index are written as bytes (docs/on-disk-format.md).
//
// A key is one byte of kind and then what is looked up; a value begins with its version and has
// little-endian fields of fixed width and texts led by their length. Decoding copies, checks every
// length, and wants the value to end where the row ends.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cache/base/result.h"
#include "cache/digest.h"
#include "cache/index.h"

namespace larder::cache {

// What a schema version means: which kinds there are and how their keys are made.
inline constexpr std::uint32_t kSchemaVersion = 1;

enum class RowKind : std::uint8_t { schema = 1, totals = 2, blob = 3, document = 4, tag = 5 };

// A key, made on the stack.
class RowKey {
 public:
  explicit RowKey(RowKind kind) { push(static_cast<std::byte>(kind)); }
  RowKey(RowKind kind, const Digest& digest);

  std::span<const std::byte> bytes() const { return {bytes_.data(), size_bytes_}; }

 private:
  void push(std::byte byte) { bytes_[size_bytes_++] = byte; }

  std::array<std::byte, 2 + Digest::kSizeBytesMax> bytes_;
  std::size_t size_bytes_ = 0;
};

// Tags are found by the sha256 of their name, as names can be longer than LMDB's keys.
RowKey key_of(const TagName& name);

// The digest in the key of a blob or document. Returns: corrupt.
Result<Digest> digest_in_key(std::span<const std::byte> key);

std::string encode_schema(std::uint32_t version);
std::string encode(const IndexTotals& totals);
std::string encode(const BlobRecord& record);
std::string encode(const Document& document);
std::string encode(const TagName& name, const TagRecord& record);

struct TagRow {
  TagName name;
  TagRecord record;
};

// Each returns: corrupt when the bytes are no such row, or one of another version.
Result<std::uint32_t> decode_schema(std::span<const std::byte> row);
Result<IndexTotals> decode_totals(std::span<const std::byte> row);
Result<BlobRecord> decode_blob(std::span<const std::byte> row);
Result<Document> decode_document(std::span<const std::byte> row);
Result<TagRow> decode_tag(std::span<const std::byte> row);
Result<TagRecord> decode_tag_record(std::span<const std::byte> row);  // without copying the name

}  // namespace larder::cache
