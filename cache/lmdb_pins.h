// Why blobs must stay, row by row.
//
// Thread-safety and blocking: as the transaction.
#pragma once

#include <functional>

#include "cache/index_keys.h"
#include "cache/lmdb_environment.h"

namespace larder::cache {

// The pins whose keys begin with `prefix`, until `visit` returns false.
Status for_each_pin_row(const ReadTransaction& txn, const RowKey& prefix,
                        const std::function<bool(const Digest&, const Pin&)>& visit);

}  // namespace larder::cache
