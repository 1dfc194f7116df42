#include "cache/index_rows.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace larder::cache {

namespace {

constexpr std::uint8_t kSchemaRowVersion = 1;

Error bad_row(std::string_view kind) {
  return {Errc::corrupt,
          "index: a damaged " + std::string(kind) + " row, or one of another version"};
}

template <class T>
Result<T> whole(const RowReader& row, T value, std::string_view kind) {
  if (!row.is_whole()) return bad_row(kind);
  return value;
}

struct TagParts {
  TagRecord record;
  std::string_view upstream;
  std::string_view repository;
  std::string_view tag;
};

// The time at which the tag was gone stands at the end, where there is one.
std::optional<TagParts> read_tag(RowReader& row) {
  const std::optional<Digest> digest = row.digest();
  if (!digest) return std::nullopt;
  const auto size_bytes = row.number<std::uint64_t>();
  const WallTime fetched_at = row.time();
  const WallTime checked_at = row.time();
  const std::string_view media_type = row.text();
  TagParts parts{
      {*digest, std::string(media_type), size_bytes, fetched_at, checked_at}, {}, {}, {}};
  parts.upstream = row.text();
  parts.repository = row.text();
  parts.tag = row.text();
  if (row.is_good() && !row.is_whole()) parts.record.gone_at = row.time();
  return parts;
}

bool is_known(Queue queue) {
  return queue == Queue::probation || queue == Queue::main;
}

}  // namespace

std::string encode_schema(std::uint32_t version) {
  std::string row(1, static_cast<char>(kSchemaRowVersion));
  row.append(reinterpret_cast<const char*>(&version), sizeof version);
  return row;
}

Result<std::uint32_t> decode_schema(Bytes, Bytes row) {
  std::uint32_t version = 0;
  if (row.size() != 1 + sizeof version || row[0] != std::byte{kSchemaRowVersion}) {
    return bad_row("schema");
  }
  std::memcpy(&version, row.subspan(1).data(), sizeof version);
  return version;
}

std::string encode(Bytes key, const TotalsRow& value) {
  RowWriter row(key, 0);
  row.number(value.totals.blobs);
  row.number(value.totals.blob_bytes);
  row.number(value.totals.disk_bytes);
  row.number(value.totals.probation_bytes);
  row.number(value.totals.tags);
  row.number(value.next_position);
  return std::move(row).finish();
}

std::string encode(Bytes key, const BlobRow& value) {
  RowWriter row(key, value.record.media_type.size());
  row.number(value.record.size_bytes);
  row.time(value.record.stored_at);
  row.time(value.record.used_at);
  row.number(value.record.uses);
  row.number(static_cast<std::uint8_t>(value.record.queue));
  row.number(value.position);
  row.number(static_cast<std::uint8_t>(value.frequency));
  row.text(value.record.media_type);
  return std::move(row).finish();
}

std::string encode(Bytes key, const Document& document) {
  RowWriter row(key, document.media_type.size() + document.bytes.size());
  row.text(document.media_type);
  row.text(document.bytes);
  return std::move(row).finish();
}

std::string encode(Bytes key, const TagRow& value) {
  const auto& [name, record] = value;
  RowWriter row(key, record.media_type.size() + name.upstream.size() + name.repository.size() +
                         name.tag.size());
  row.digest(record.digest);
  row.number(record.size_bytes);
  row.time(record.fetched_at);
  row.time(record.checked_at);
  row.text(record.media_type);
  row.text(name.upstream);
  row.text(name.repository);
  row.text(name.tag);
  if (record.gone_at != WallTime{}) row.time(record.gone_at);
  return std::move(row).finish();
}

std::string encode(Bytes key, const Digest& digest) {
  RowWriter row(key, 0);
  row.digest(digest);
  return std::move(row).finish();
}

std::string encode(Bytes key, const std::vector<Digest>& children) {
  RowWriter row(key, children.size() * (1 + Digest::kSizeBytesMax));
  row.number(static_cast<std::uint32_t>(children.size()));
  for (const Digest& child : children) row.digest(child);
  return std::move(row).finish();
}

std::string encode(Bytes key, WallTime pinned_since) {
  RowWriter row(key, 0);
  row.time(pinned_since);
  return std::move(row).finish();
}

std::string encode(Bytes key, const std::string& note) {
  RowWriter row(key, note.size());
  row.text(note);
  return std::move(row).finish();
}

std::string encode_parent(Bytes key) {
  return RowWriter(key, 0).finish();
}

Result<TotalsRow> decode_totals(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  TotalsRow value;
  value.totals.blobs = row.number<std::uint64_t>();
  value.totals.blob_bytes = row.number<std::uint64_t>();
  value.totals.disk_bytes = row.number<std::uint64_t>();
  value.totals.probation_bytes = row.number<std::uint64_t>();
  value.totals.tags = row.number<std::uint64_t>();
  value.next_position = row.number<std::uint64_t>();
  return whole(row, value, "totals");
}

Result<BlobRow> decode_blob(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  BlobRow value;
  value.record.size_bytes = row.number<std::uint64_t>();
  value.record.stored_at = row.time();
  value.record.used_at = row.time();
  value.record.uses = row.number<std::uint64_t>();
  value.record.queue = static_cast<Queue>(row.number<std::uint8_t>());
  value.position = row.number<std::uint64_t>();
  value.frequency = row.number<std::uint8_t>();
  value.record.media_type = row.text();
  if (!is_known(value.record.queue) || value.frequency > kFrequencyMax) return bad_row("blob");
  return whole(row, std::move(value), "blob");
}

Result<Document> decode_document(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  const std::string_view media_type = row.text();
  const std::string_view body = row.text();
  if (!row.is_whole()) return bad_row("document");
  return Document{std::string(media_type), std::string(body)};
}

Result<TagRow> decode_tag(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  std::optional<TagParts> parts = read_tag(row);
  if (!parts) return bad_row("tag");
  TagName name{std::string(parts->upstream), std::string(parts->repository),
               std::string(parts->tag)};
  return whole(row, TagRow{std::move(name), std::move(parts->record)}, "tag");
}

Result<TagRecord> decode_tag_record(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  std::optional<TagParts> parts = read_tag(row);
  if (!parts) return bad_row("tag");
  return whole(row, std::move(parts->record), "tag");
}

Result<Digest> decode_place(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  const std::optional<Digest> digest = row.digest();
  if (!digest) return bad_row("place");
  return whole(row, *digest, "place");
}

Result<std::vector<Digest>> decode_children(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  const auto count = row.number<std::uint32_t>();
  std::vector<Digest> children;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::optional<Digest> child = row.digest();
    if (!child) return bad_row("children");
    children.push_back(*child);
  }
  return whole(row, std::move(children), "children");
}

Result<WallTime> decode_pin(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  const WallTime since = row.time();
  return whole(row, since, "pin");
}

Result<std::string> decode_note(Bytes key, Bytes bytes) {
  RowReader row(key, bytes);
  std::string text(row.text());
  return whole(row, std::move(text), "note");
}

Status decode_parent(Bytes key, Bytes bytes) {
  if (!RowReader(key, bytes).is_whole()) return bad_row("parent");
  return {};
}

}  // namespace larder::cache
