// A row of the index as bytes: fields of fixed width, texts led by their length, a check at the
// end.
//
// LMDB has no checksums. The check covers key and value, so that a row that a bad disk changed, or
// that turns up under another key, is corrupt and never believed.
// Thread-safety: values. Blocks: no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/digest.h"

namespace larder::cache {

using Bytes = std::span<const std::byte>;

inline constexpr std::uint8_t kRowVersion = 2;

// 32 bits over key and value; any change within eight aligned bytes changes all of them.
std::uint32_t row_check(Bytes key, Bytes row);

class RowWriter {
 public:
  RowWriter(Bytes key, std::size_t texts_size_bytes);

  template <class T>
  void number(T value) {
    row_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void time(WallTime value);
  void text(std::string_view value);
  void digest(const Digest& value);
  std::string finish() &&;

 private:
  Bytes key_;
  std::string row_;
};

// Reads past the end give zeros and make the row bad; callers ask once, at the end.
class RowReader {
 public:
  RowReader(Bytes key, Bytes row);

  template <class T>
  T number() {
    T value{};
    const Bytes bytes = raw(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  WallTime time();
  std::string_view text();
  std::optional<Digest> digest();  // empty when the row is bad
  bool is_good() const { return good_; }
  bool is_whole() const { return good_ && rest_.empty(); }

 private:
  Bytes raw(std::size_t size_bytes);

  Bytes rest_;
  bool good_;
};

// The digest that `bytes` begin with, as rows and keys hold one, and removes it from them.
std::optional<Digest> take_digest(Bytes& bytes);

}  // namespace larder::cache
