#include "cache/lmdb_pins.h"

#include "cache/index_rows.h"

namespace larder::cache {

Status for_each_pin_row(const ReadTransaction& txn, const RowKey& prefix,
                        const std::function<bool(const Digest&, const Pin&)>& visit) {
  return txn.for_each(prefix.bytes(), [&visit](Bytes key, Bytes row) -> Result<bool> {
    const Result<PinKey> pin = pin_in_key(key);
    if (!pin) return pin.error();
    const Result<WallTime> since = decode_pin(key, row);
    if (!since) return since.error();
    return visit(pin->digest, {pin->reason, *since});
  });
}

}  // namespace larder::cache
