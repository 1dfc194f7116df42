// Which blobs a document refers to, findable from both ends, within one transaction.
//
// Thread-safety and blocking: as the transaction.
#pragma once

#include <span>
#include <vector>

#include "cache/lmdb_environment.h"

namespace larder::cache {

Result<std::vector<Digest>> read_children(const ReadTransaction& txn, const Digest& parent);
Result<std::vector<Digest>> read_parents(const ReadTransaction& txn, const Digest& child);

// Replaces what was there; each child once, in the order they first appear. None: no rows.
Status write_children(WriteTransaction& txn, const Digest& parent,
                      std::span<const Digest> children);

}  // namespace larder::cache
