#include "cache/row_coding.h"

#include <bit>
#include <chrono>

namespace larder::cache {

namespace {

static_assert(std::endian::native == std::endian::little, "rows are copied as they are");

using Check = std::uint32_t;

std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // odd: multiplying by it loses nothing
  state = (state ^ word) * kOdd;
  return state ^ (state >> 32);
}

std::uint64_t mixed_with(std::uint64_t state, Bytes bytes) {
  state = mixed(state, bytes.size());
  for (; bytes.size() >= sizeof state; bytes = bytes.subspan(sizeof state)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    state = mixed(state, word);
  }
  std::uint64_t last = 0;
  if (!bytes.empty()) std::memcpy(&last, bytes.data(), bytes.size());
  return mixed(state, last);
}

Bytes bytes_of(const std::string& row) {
  return std::as_bytes(std::span(row));
}

bool ends_with_its_check(Bytes key, Bytes row) {
  if (row.size() < sizeof(Check)) return false;
  Check written = 0;
  std::memcpy(&written, row.last(sizeof written).data(), sizeof written);
  return written == row_check(key, row.first(row.size() - sizeof written));
}

}  // namespace

std::uint32_t row_check(Bytes key, Bytes row) {
  constexpr std::uint64_t kSeed = 0x6c617264;  // so that nothing but zeros is not zero
  return static_cast<Check>(mixed_with(mixed_with(kSeed, key), row));
}

RowWriter::RowWriter(Bytes key, std::size_t texts_size_bytes) : key_(key) {
  constexpr std::size_t kFixedMax = 160;  // all numbers and a digest
  row_.reserve(kFixedMax + texts_size_bytes);
  number(kRowVersion);
}

void RowWriter::time(WallTime value) {
  const auto elapsed = std::chrono::nanoseconds(value.time_since_epoch());
  number(static_cast<std::int64_t>(elapsed.count()));
}

void RowWriter::text(std::string_view value) {
  number(static_cast<std::uint32_t>(value.size()));
  row_.append(value);
}

void RowWriter::digest(const Digest& value) {
  number(static_cast<std::uint8_t>(value.algorithm()));
  row_.append(reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size());
}

std::string RowWriter::finish() && {
  number(row_check(key_, bytes_of(row_)));
  return std::move(row_);
}

RowReader::RowReader(Bytes key, Bytes row) : good_(ends_with_its_check(key, row)) {
  if (good_) rest_ = row.first(row.size() - sizeof(Check));
  good_ = good_ && number<std::uint8_t>() == kRowVersion;
}

WallTime RowReader::time() {
  const std::chrono::nanoseconds elapsed(number<std::int64_t>());
  return WallTime(std::chrono::duration_cast<WallTime::duration>(elapsed));
}

std::string_view RowReader::text() {
  const Bytes bytes = raw(number<std::uint32_t>());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Digest> RowReader::digest() {
  std::optional<Digest> found = take_digest(rest_);
  good_ = good_ && found.has_value();
  return good_ ? found : std::nullopt;
}

Bytes RowReader::raw(std::size_t size_bytes) {
  if (size_bytes > rest_.size()) {
    good_ = false;
    rest_ = {};
    return {};
  }
  const Bytes bytes = rest_.first(size_bytes);
  rest_ = rest_.subspan(size_bytes);
  return bytes;
}

std::optional<Digest> take_digest(Bytes& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto algorithm = static_cast<DigestAlgorithm>(bytes[0]);
  const bool known = algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha512;
  if (!known || bytes.size() - 1 < digest_size_bytes(algorithm)) return std::nullopt;
  const Bytes value = bytes.subspan(1, digest_size_bytes(algorithm));
  bytes = bytes.subspan(1 + value.size());
  return Digest::from_bytes(algorithm, value);
}

}  // namespace larder::cache
