#include "cache/lmdb_links.h"

#include <unordered_set>

#include "cache/index_rows.h"
#include "cache/lmdb_blobs.h"

namespace larder::cache {

namespace {

std::vector<Digest> each_once(std::span<const Digest> digests) {
  std::unordered_set<Digest> seen;
  std::vector<Digest> unique;
  for (const Digest& digest : digests) {
    if (seen.insert(digest).second) unique.push_back(digest);
  }
  return unique;
}

Status remove_children(WriteTransaction& txn, const Digest& parent) {
  const Result<std::vector<Digest>> before = read_children(txn, parent);
  if (!before) return before.error();
  for (const Digest& child : *before) {
    if (Status done = txn.remove(parent_key(child, parent).bytes()); !done) return done;
  }
  return before->empty() ? Status() : txn.remove(RowKey(RowKind::children, parent).bytes());
}

}  // namespace

Result<std::vector<Digest>> read_children(const ReadTransaction& txn, const Digest& parent) {
  Result<std::optional<std::vector<Digest>>> found =
      find_row(txn, RowKey(RowKind::children, parent), decode_children);
  if (!found) return found.error();
  return *found ? std::move(**found) : std::vector<Digest>();
}

Result<std::vector<Digest>> read_parents(const ReadTransaction& txn, const Digest& child) {
  std::vector<Digest> parents;
  const Status done = txn.for_each(RowKey(RowKind::parent, child).bytes(),
                                   [&parents](Bytes key, Bytes row) -> Result<bool> {
                                     const Result<ParentKey> link = parent_in_key(key);
                                     if (!link) return link.error();
                                     if (Status good = decode_parent(key, row); !good)
                                       return good.error();
                                     parents.push_back(link->parent);
                                     return true;
                                   });
  if (!done) return done.error();
  return parents;
}

Status write_children(WriteTransaction& txn, const Digest& parent,
                      std::span<const Digest> children) {
  if (Status removed = remove_children(txn, parent); !removed) return removed;
  const std::vector<Digest> unique = each_once(children);
  if (unique.empty()) return {};
  for (const Digest& child : unique) {
    const RowKey key = parent_key(child, parent);
    if (Status done = txn.put(key.bytes(), encode_parent(key.bytes())); !done) return done;
  }
  return put_row(txn, RowKey(RowKind::children, parent), unique);
}

}  // namespace larder::cache
