#include "cache/lmdb_blobs.h"

#include <algorithm>
#include <utility>

namespace larder::cache {

Result<TotalsRow> read_totals(const ReadTransaction& txn) {
  Result<std::optional<TotalsRow>> totals = find_row(txn, RowKey(RowKind::totals), decode_totals);
  if (!totals) return totals.error();
  if (!*totals) return Error{Errc::corrupt, "index: the totals row is missing"};
  return **totals;
}

Result<Candidate> read_candidate(const ReadTransaction& txn, Bytes key, Bytes row) {
  const Result<PlaceKey> place = place_in_key(key);
  if (!place) return place.error();
  const Result<Digest> digest = decode_place(key, row);
  if (!digest) return digest.error();
  const Result<std::optional<BlobRow>> blob =
      find_row(txn, RowKey(RowKind::blob, *digest), decode_blob);
  if (!blob) return blob.error();
  if (!*blob || (*blob)->record.queue != place->queue || (*blob)->position != place->position) {
    return Error{Errc::corrupt, "index: a place in a queue without its blob"};
  }
  return Candidate{*digest, (*blob)->record.size_bytes, place->queue, place->position,
                   (*blob)->frequency};
}

Result<LmdbBlobs> LmdbBlobs::begin(WriteTransaction& txn) {
  const Result<TotalsRow> totals = read_totals(txn);
  if (!totals) return totals.error();
  return LmdbBlobs(txn, *totals);
}

Status LmdbBlobs::put(const Digest& digest, const BlobRecord& record) {
  Result<std::optional<BlobRow>> known = find(digest);
  if (!known) return known.error();
  if (!*known) return add(digest, record);

  BlobRow row{record, (*known)->position, (*known)->frequency};
  row.record.used_at = (*known)->record.used_at;
  row.record.uses = (*known)->record.uses;
  row.record.queue = (*known)->record.queue;
  count((*known)->record, /*is_added=*/false);
  count(row.record, /*is_added=*/true);
  return put_row(*txn_, RowKey(RowKind::blob, digest), row);
}

Status LmdbBlobs::add_if_absent(const Digest& digest, const BlobRecord& record) {
  const Result<std::optional<BlobRow>> known = find(digest);
  if (!known) return known.error();
  return *known ? Status() : add(digest, record);
}

Status LmdbBlobs::add(const Digest& digest, const BlobRecord& record) {
  return add_at(digest, {record, totals_.next_position, 0});
}

Status LmdbBlobs::add_at(const Digest& digest, const BlobRow& row) {
  count(row.record, /*is_added=*/true);
  totals_.next_position = std::max(totals_.next_position, row.position + 1);
  Status done = put_row(*txn_, RowKey(RowKind::blob, digest), row);
  return done ? put_row(*txn_, place_key(row.record.queue, row.position), digest) : done;
}

Status LmdbBlobs::remove(const Digest& digest) {
  const Result<std::optional<BlobRow>> known = find(digest);
  if (!known) return known.error();
  if (!*known) return {};
  count((*known)->record, /*is_added=*/false);
  Status done = txn_->remove(RowKey(RowKind::blob, digest).bytes());
  if (!done) return done;
  return txn_->remove(place_key((*known)->record.queue, (*known)->position).bytes());
}

Status LmdbBlobs::record_use(const BlobUse& use) {
  Result<std::optional<BlobRow>> known = find(use.digest);
  if (!known) return known.error();
  if (!*known) return {};
  BlobRow& row = **known;
  row.record.uses += use.count;
  row.record.used_at = std::max(row.record.used_at, use.used_at);
  row.frequency = static_cast<unsigned>(std::min<std::uint64_t>(
      kFrequencyMax, row.frequency + std::min<std::uint64_t>(kFrequencyMax, use.count)));
  return put_row(*txn_, RowKey(RowKind::blob, use.digest), row);
}

Status LmdbBlobs::requeue(const Requeue& change) {
  const Result<std::optional<BlobRow>> known = find(change.digest);
  if (!known) return known.error();
  if (!*known) return {};
  const BlobRow& before = **known;
  BlobRow after{before.record, totals_.next_position, std::min(change.frequency, kFrequencyMax)};
  after.record.queue = change.queue;
  count(before.record, /*is_added=*/false);
  Status done = txn_->remove(place_key(before.record.queue, before.position).bytes());
  return done ? add_at(change.digest, after) : done;
}

void LmdbBlobs::count_tag(bool before, bool after) {
  totals_.totals.tags += after;
  totals_.totals.tags -= before;
}

Status LmdbBlobs::finish() {
  if (totals_ == before_) return {};
  return put_row(*txn_, RowKey(RowKind::totals), totals_);
}

Result<std::optional<BlobRow>> LmdbBlobs::find(const Digest& digest) const {
  return find_row(*txn_, RowKey(RowKind::blob, digest), decode_blob);
}

void LmdbBlobs::count(const BlobRecord& record, bool is_added) {
  const std::uint64_t on_disk = disk_bytes(record.size_bytes);
  const std::uint64_t in_probation = record.queue == Queue::probation ? on_disk : 0;
  IndexTotals& totals = totals_.totals;
  // Unsigned numbers wrap around, so subtracting is adding the complement.
  const auto change = [is_added](std::uint64_t& total, std::uint64_t by) {
    total = is_added ? total + by : total - by;
  };
  change(totals.blobs, 1);
  change(totals.blob_bytes, record.size_bytes);
  change(totals.disk_bytes, on_disk);
  change(totals.probation_bytes, in_probation);
}

}  // namespace larder::cache
