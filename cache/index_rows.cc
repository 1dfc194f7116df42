#include "cache/index_rows.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "cache/hasher.h"

namespace larder::cache {

namespace {

static_assert(std::endian::native == std::endian::little, "rows are copied as they are");

constexpr std::uint8_t kRowVersion = 1;

class RowWriter {
 public:
  explicit RowWriter(std::size_t texts_size_bytes) {
    constexpr std::size_t kFixedMax = 160;  // all numbers and a digest
    row_.reserve(kFixedMax + texts_size_bytes);
    number(kRowVersion);
  }

  template <class T>
  void number(T value) {
    row_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void time(WallTime value) {
    const auto elapsed = std::chrono::nanoseconds(value.time_since_epoch());
    number(static_cast<std::int64_t>(elapsed.count()));
  }
  void raw(std::span<const std::byte> bytes) {
    row_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    row_.append(value);
  }
  std::string finish() && { return std::move(row_); }

 private:
  std::string row_;
};

// Reads past the end give zeros and make the row bad; callers ask once, at the end.
class RowReader {
 public:
  explicit RowReader(std::span<const std::byte> row) : rest_(row) {
    good_ = number<std::uint8_t>() == kRowVersion;
  }

  template <class T>
  T number() {
    T value{};
    const std::span<const std::byte> bytes = raw(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  WallTime time() {
    const std::chrono::nanoseconds elapsed(number<std::int64_t>());
    return WallTime(std::chrono::duration_cast<WallTime::duration>(elapsed));
  }
  std::span<const std::byte> raw(std::size_t size_bytes) {
    if (size_bytes > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const std::span<const std::byte> bytes = rest_.first(size_bytes);
    rest_ = rest_.subspan(size_bytes);
    return bytes;
  }
  std::string_view text() {
    const std::span<const std::byte> bytes = raw(number<std::uint32_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::optional<Digest> digest() {
    const auto algorithm = static_cast<DigestAlgorithm>(number<std::uint8_t>());
    const bool known = algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha512;
    const std::size_t size_bytes = known ? digest_size_bytes(algorithm) : 0;
    const std::span<const std::byte> bytes = raw(size_bytes);
    good_ = good_ && known;
    return good_ ? std::optional(Digest::from_bytes(algorithm, bytes)) : std::nullopt;
  }
  bool is_whole() const { return good_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool good_ = true;
};

Error bad_row(std::string_view kind) {
  return {Errc::corrupt,
          "index: a damaged " + std::string(kind) + " row, or one of another version"};
}

std::optional<TagRecord> read_tag_record(RowReader& row) {
  const std::optional<Digest> digest = row.digest();
  if (!digest) return std::nullopt;
  const auto size_bytes = row.number<std::uint64_t>();
  const WallTime fetched_at = row.time();
  const WallTime checked_at = row.time();
  return TagRecord{*digest, std::string(row.text()), size_bytes, fetched_at, checked_at};
}

}  // namespace

RowKey::RowKey(RowKind kind, const Digest& digest) : RowKey(kind) {
  push(static_cast<std::byte>(digest.algorithm()));
  for (const std::byte byte : digest.bytes()) push(byte);
}

RowKey key_of(const TagName& name) {
  std::string text;
  text.reserve(name.upstream.size() + name.repository.size() + name.tag.size() + 2);
  text.append(name.upstream).append(1, '\0').append(name.repository).append(1, '\0');
  text.append(name.tag);
  return RowKey(RowKind::tag,
                digest_of(DigestAlgorithm::sha256, std::as_bytes(std::span<const char>(text))));
}

Result<Digest> digest_in_key(std::span<const std::byte> key) {
  constexpr std::size_t kHeader = 2;
  if (key.size() < kHeader) return bad_row("key");
  const auto algorithm = static_cast<DigestAlgorithm>(key[1]);
  const bool known = algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha512;
  const std::span<const std::byte> value = key.subspan(kHeader);
  if (!known || value.size() != digest_size_bytes(algorithm)) return bad_row("key");
  return Digest::from_bytes(algorithm, value);
}

std::string encode_schema(std::uint32_t version) {
  RowWriter row(0);
  row.number(version);
  return std::move(row).finish();
}

std::string encode(const IndexTotals& totals) {
  RowWriter row(0);
  row.number(totals.blobs);
  row.number(totals.blob_bytes);
  row.number(totals.tags);
  return std::move(row).finish();
}

std::string encode(const BlobRecord& record) {
  RowWriter row(record.media_type.size());
  row.number(record.size_bytes);
  row.time(record.stored_at);
  row.text(record.media_type);
  return std::move(row).finish();
}

std::string encode(const Document& document) {
  RowWriter row(document.media_type.size() + document.bytes.size());
  row.text(document.media_type);
  row.text(document.bytes);
  return std::move(row).finish();
}

std::string encode(const TagName& name, const TagRecord& record) {
  RowWriter row(record.media_type.size() + name.upstream.size() + name.repository.size() +
                name.tag.size());
  row.number(static_cast<std::uint8_t>(record.digest.algorithm()));
  row.raw(record.digest.bytes());
  row.number(record.size_bytes);
  row.time(record.fetched_at);
  row.time(record.checked_at);
  row.text(record.media_type);
  row.text(name.upstream);
  row.text(name.repository);
  row.text(name.tag);
  return std::move(row).finish();
}

Result<std::uint32_t> decode_schema(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  const auto version = row.number<std::uint32_t>();
  if (!row.is_whole()) return bad_row("schema");
  return version;
}

Result<IndexTotals> decode_totals(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  IndexTotals totals;
  totals.blobs = row.number<std::uint64_t>();
  totals.blob_bytes = row.number<std::uint64_t>();
  totals.tags = row.number<std::uint64_t>();
  if (!row.is_whole()) return bad_row("totals");
  return totals;
}

Result<BlobRecord> decode_blob(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  BlobRecord record;
  record.size_bytes = row.number<std::uint64_t>();
  record.stored_at = row.time();
  record.media_type = row.text();
  if (!row.is_whole()) return bad_row("blob");
  return record;
}

Result<Document> decode_document(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  const std::string_view media_type = row.text();
  const std::string_view body = row.text();
  if (!row.is_whole()) return bad_row("document");
  return Document{std::string(media_type), std::string(body)};
}

Result<TagRow> decode_tag(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  std::optional<TagRecord> record = read_tag_record(row);
  TagName name;
  name.upstream = row.text();
  name.repository = row.text();
  name.tag = row.text();
  if (!record || !row.is_whole()) return bad_row("tag");
  return TagRow{std::move(name), std::move(*record)};
}

Result<TagRecord> decode_tag_record(std::span<const std::byte> bytes) {
  RowReader row(bytes);
  std::optional<TagRecord> record = read_tag_record(row);
  for (int name = 0; name < 3; ++name) (void)row.text();
  if (!record || !row.is_whole()) return bad_row("tag");
  return std::move(*record);
}

}  // namespace larder::cache
