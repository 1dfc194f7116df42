#include "cache/lmdb_migration.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "cache/index_rows.h"
#include "cache/lmdb_blobs.h"

namespace larder::cache {

namespace {

constexpr std::byte kOldRowVersion{1};
constexpr std::size_t kRowsAtOnce = 10'000;

Error damaged() {
  return {Errc::corrupt, "index: a damaged row of schema 1"};
}

// Schema 1 wrote the same fields without the check at the end, and fewer of them. To read one, it
// is given the version and check of today.
std::string checked(Bytes key, Bytes old_row) {
  std::string row(reinterpret_cast<const char*>(old_row.data()), old_row.size());
  row[0] = static_cast<char>(kRowVersion);
  const std::uint32_t check = row_check(key, std::as_bytes(std::span(row)));
  return row.append(reinterpret_cast<const char*>(&check), sizeof check);
}

Result<BlobRecord> decode_old_blob(Bytes key, Bytes old_row) {
  const std::string bytes = checked(key, old_row);
  RowReader row(key, std::as_bytes(std::span(bytes)));
  BlobRecord record;
  record.size_bytes = row.number<std::uint64_t>();
  record.stored_at = row.time();
  record.used_at = record.stored_at;
  record.media_type = row.text();
  if (!row.is_whole()) return damaged();
  return record;
}

// The probation queue in the order of arrival: the time stored is the place, or the next free one.
Result<std::uint64_t> place_of(const WriteTransaction& txn, const BlobRecord& record) {
  const auto since_1970 = std::chrono::nanoseconds(record.stored_at.time_since_epoch());
  auto position = static_cast<std::uint64_t>(std::max<std::int64_t>(1, since_1970.count()));
  for (;; ++position) {
    const Result<std::optional<Bytes>> taken =
        txn.get(place_key(Queue::probation, position).bytes());
    if (!taken) return taken.error();
    if (!*taken) return position;
  }
}

Status convert_blob(WriteTransaction& txn, LmdbBlobs& blobs, Bytes key, Bytes row) {
  const Result<Digest> digest = digest_in_key(key);
  if (!digest) return digest.error();
  Result<BlobRecord> record = decode_old_blob(key, row);
  if (!record) return record.error();
  const Result<std::uint64_t> position = place_of(txn, *record);
  if (!position) return position.error();
  return blobs.add_at(*digest, {std::move(*record), *position, 0});
}

Status convert(WriteTransaction& txn, LmdbBlobs& blobs, Bytes key, Bytes row) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::blob:
      return convert_blob(txn, blobs, key, row);
    case RowKind::tag:
      blobs.count_tag(/*before=*/false, /*after=*/true);
      [[fallthrough]];
    case RowKind::document:
      return txn.put(key, checked(key, row));
    default:
      return damaged();
  }
}

bool is_old(Bytes row) {
  return !row.empty() && row[0] == kOldRowVersion;
}

struct OldRow {
  std::vector<std::byte> key;
  std::vector<std::byte> row;
};

// Copies, because writing moves what LMDB handed out.
Result<std::vector<OldRow>> next_old_rows(const ReadTransaction& txn, RowKind kind,
                                          const std::vector<std::byte>& from) {
  std::vector<OldRow> rows;
  const RowKey prefix(kind);
  const Bytes start = from.empty() ? prefix.bytes() : Bytes(from);
  const Status done = txn.for_each(prefix.bytes(), start, [&rows](Bytes key, Bytes row) {
    if (is_old(row)) rows.push_back({{key.begin(), key.end()}, {row.begin(), row.end()}});
    return Result<bool>(rows.size() < kRowsAtOnce);
  });
  if (!done) return done.error();
  return rows;
}

Status convert_all(LmdbEnvironment& environment, RowKind kind) {
  std::vector<std::byte> from;
  for (bool more = true; more;) {
    std::vector<std::byte> last;
    Status done = environment.write([&](WriteTransaction& txn) -> Status {
      const Result<std::vector<OldRow>> rows = next_old_rows(txn, kind, from);
      if (!rows) return rows.error();
      Result<LmdbBlobs> blobs = LmdbBlobs::begin(txn);
      if (!blobs) return blobs.error();
      last = rows->empty() ? from : rows->back().key;
      more = rows->size() == kRowsAtOnce;
      for (const OldRow& old : *rows) {
        if (Status one = convert(txn, *blobs, old.key, old.row); !one) return one;
      }
      return blobs->finish();
    });
    if (!done) return done;
    from = std::move(last);
  }
  return {};
}

Status write_first_rows(WriteTransaction& txn) {
  const Result<std::uint64_t> rows = txn.row_count();
  if (!rows) return rows.error();
  if (*rows != 0) return Error{Errc::corrupt, "index: rows of no schema"};
  Status done = txn.put(RowKey(RowKind::schema).bytes(), encode_schema(kSchemaVersion));
  return done ? put_row(txn, RowKey(RowKind::totals), TotalsRow{}) : done;
}

// From here on the totals count converted rows only, so a half-converted index is known by them.
Status begin_totals(WriteTransaction& txn) {
  const RowKey key(RowKind::totals);
  const Result<std::optional<Bytes>> row = txn.get(key.bytes());
  if (!row) return row.error();
  if (!*row) return damaged();
  return is_old(**row) ? put_row(txn, key, TotalsRow{}) : Status();
}

Status convert_from_schema_1(LmdbEnvironment& environment) {
  Status done = environment.write(begin_totals);
  for (const RowKind kind : {RowKind::blob, RowKind::tag, RowKind::document}) {
    if (done) done = convert_all(environment, kind);
  }
  if (!done) return done;
  return environment.write([](WriteTransaction& txn) {
    return txn.put(RowKey(RowKind::schema).bytes(), encode_schema(kSchemaVersion));
  });
}

}  // namespace

Status make_current(LmdbEnvironment& environment) {
  Result<std::optional<std::uint32_t>> version = [&environment] {
    const Result<ReadTransaction> txn = environment.begin_read();
    if (!txn) return Result<std::optional<std::uint32_t>>(txn.error());
    return find_row(*txn, RowKey(RowKind::schema), decode_schema);
  }();
  if (!version) return version.error();
  if (!*version) return environment.write(write_first_rows);
  if (**version == kSchemaVersion) return {};
  if (**version == 1) return convert_from_schema_1(environment);
  return Error{Errc::corrupt, "index: schema " + std::to_string(**version) +
                                  ", this Larder reads " + std::to_string(kSchemaVersion)};
}

}  // namespace larder::cache
