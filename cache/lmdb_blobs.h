// Blob rows, their places in the queues, and the totals: changed together, in one transaction.
//
// Thread-safety and blocking: as the transaction.
#pragma once

#include <optional>

#include "cache/index_rows.h"
#include "cache/lmdb_environment.h"

namespace larder::cache {

template <class T>
using Decode = Result<T> (*)(Bytes key, Bytes row);

// The row with this key, copied out.
template <class T>
Result<std::optional<T>> find_row(const ReadTransaction& txn, const RowKey& key, Decode<T> decode) {
  const Result<std::optional<Bytes>> row = txn.get(key.bytes());
  if (!row) return row.error();
  if (!*row) return std::optional<T>();
  Result<T> value = decode(key.bytes(), **row);
  if (!value) return value.error();
  return std::optional<T>(std::move(*value));
}

template <class T>
Status put_row(WriteTransaction& txn, const RowKey& key, const T& value) {
  return txn.put(key.bytes(), encode(key.bytes(), value));
}

// Returns: corrupt when there are none.
Result<TotalsRow> read_totals(const ReadTransaction& txn);

// The blob at a place in a queue, from that place's row.
// Returns: corrupt when the blob does not know the place.
Result<Candidate> read_candidate(const ReadTransaction& txn, Bytes key, Bytes row);

// Counts as it changes; finish() writes the totals if they have changed.
class LmdbBlobs {
 public:
  static Result<LmdbBlobs> begin(WriteTransaction& txn);

  // A known blob keeps its uses, place and frequency.
  Status put(const Digest& digest, const BlobRecord& record);
  Status add_if_absent(const Digest& digest, const BlobRecord& record);
  // A row whose place is decided; the place must be free.
  Status add_at(const Digest& digest, const BlobRow& row);
  Status remove(const Digest& digest);
  Status record_use(const BlobUse& use);
  Status requeue(const Requeue& change);

  void count_tag(bool before, bool after);
  Status finish();

 private:
  LmdbBlobs(WriteTransaction& txn, const TotalsRow& totals)
      : txn_(&txn), before_(totals), totals_(totals) {}

  Status add(const Digest& digest, const BlobRecord& record);
  Result<std::optional<BlobRow>> find(const Digest& digest) const;
  void count(const BlobRecord& record, bool is_added);

  WriteTransaction* txn_;
  TotalsRow before_;
  TotalsRow totals_;
};

}  // namespace larder::cache
