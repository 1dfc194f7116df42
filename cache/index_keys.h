// The keys of the index (docs/on-disk-format.md): one byte of kind, then what is looked up.
//
// Thread-safety: values. Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/index.h"
#include "cache/row_coding.h"

namespace larder::cache {

enum class RowKind : std::uint8_t {
  schema = 1,
  totals = 2,
  blob = 3,
  document = 4,
  tag = 5,
  place = 6,
  children = 7,
  parent = 8,
  pin = 9,
  note = 10,
};

inline constexpr std::size_t kNoteNameBytesMax = 100;

// A key, made on the stack.
class RowKey {
 public:
  explicit RowKey(RowKind kind) { push(static_cast<std::byte>(kind)); }
  RowKey(RowKind kind, const Digest& digest);

  RowKey& append(const Digest& digest);
  RowKey& append(std::string_view text);
  RowKey& append(Queue queue);
  RowKey& append_big_endian(std::uint64_t number);  // keys are ordered as the numbers are

  Bytes bytes() const { return {bytes_.data(), size_bytes_}; }

 private:
  static constexpr std::size_t kSizeBytesMax =
      1 + 1 + Digest::kSizeBytesMax + kPinReasonBytesMax;  // LMDB takes 511

  void push(std::byte byte);

  std::array<std::byte, kSizeBytesMax> bytes_;
  std::size_t size_bytes_ = 0;
};

// Tags are found by the sha256 of their name, as names can be longer than LMDB's keys.
RowKey key_of(const TagName& name);
RowKey place_key(Queue queue, std::uint64_t position);
RowKey parent_key(const Digest& child, const Digest& parent);
// Requires: a reason of at most kPinReasonBytesMax, a name of at most kNoteNameBytesMax.
RowKey pin_key(const Digest& digest, std::string_view reason);
RowKey note_key(std::string_view name);

struct PlaceKey {
  Queue queue;
  std::uint64_t position;
};
struct ParentKey {
  Digest child;
  Digest parent;
};
struct PinKey {
  Digest digest;
  std::string reason;
};

// What a key of that kind holds. Each returns: corrupt.
Result<Digest> digest_in_key(Bytes key);  // of a blob, document or children row
Result<PlaceKey> place_in_key(Bytes key);
Result<ParentKey> parent_in_key(Bytes key);
Result<PinKey> pin_in_key(Bytes key);

}  // namespace larder::cache
