#include "cache/lmdb_check.h"

#include <numeric>
#include <string>

#include "cache/index_rows.h"
#include "cache/lmdb_blobs.h"
#include "cache/lmdb_pages.h"

namespace larder::cache {

namespace {

Error disagreement(std::string_view what) {
  return {Errc::corrupt, "index: " + std::string(what)};
}

template <class T>
Status only_status(const Result<T>& decoded) {
  return decoded ? Status() : Status(decoded.error());
}

// Everything is looked at once, in the order of the keys. Each place is looked up in its blob, and
// each child in its parent; that none is missing, the counts say.
class RowCheck {
 public:
  explicit RowCheck(const ReadTransaction& txn) : txn_(&txn) {}

  Status check(Bytes key, Bytes row);
  Status finish() const;
  bool is_old() const { return schema_ == 1; }

 private:
  Status check_blob(Bytes key, Bytes row);
  Status check_place(Bytes key, Bytes row);
  Status check_document(Bytes key, Bytes row);
  Status check_children(Bytes key, Bytes row);
  Status check_parent(Bytes key, Bytes row);
  Status check_pin(Bytes key, Bytes row);

  const ReadTransaction* txn_;
  std::uint32_t schema_ = 0;
  TotalsRow written_;
  TotalsRow counted_;
  std::uint64_t places_ = 0;
  std::uint64_t children_ = 0;
  std::uint64_t parents_ = 0;
};

Status RowCheck::check(Bytes key, Bytes row) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::schema: {
      const Result<std::uint32_t> version = decode_schema(key, row);
      if (version) schema_ = *version;
      return only_status(version);
    }
    case RowKind::totals: {
      const Result<TotalsRow> totals = decode_totals(key, row);
      if (totals) written_ = *totals;
      return only_status(totals);
    }
    case RowKind::blob:
      return check_blob(key, row);
    case RowKind::document:
      return check_document(key, row);
    case RowKind::tag:
      ++counted_.totals.tags;
      return only_status(decode_tag(key, row));
    case RowKind::place:
      return check_place(key, row);
    case RowKind::children:
      return check_children(key, row);
    case RowKind::parent:
      return check_parent(key, row);
    case RowKind::pin:
      return check_pin(key, row);
    case RowKind::note:
      return only_status(decode_note(key, row));
  }
  return disagreement("a row of an unknown kind");
}

Status RowCheck::check_blob(Bytes key, Bytes bytes) {
  if (const Result<Digest> digest = digest_in_key(key); !digest) return digest.error();
  const Result<BlobRow> row = decode_blob(key, bytes);
  if (!row) return row.error();
  const std::uint64_t on_disk = disk_bytes(row->record.size_bytes);
  IndexTotals& totals = counted_.totals;
  ++totals.blobs;
  totals.blob_bytes += row->record.size_bytes;
  totals.disk_bytes += on_disk;
  if (row->record.queue == Queue::probation) totals.probation_bytes += on_disk;
  return {};
}

Status RowCheck::check_place(Bytes key, Bytes row) {
  ++places_;
  const Result<PlaceKey> place = place_in_key(key);
  if (!place) return place.error();
  if (place->position >= written_.next_position) return disagreement("a place not yet given");
  return only_status(read_candidate(*txn_, key, row));
}

Status RowCheck::check_document(Bytes key, Bytes row) {
  const Result<Digest> digest = digest_in_key(key);
  if (!digest) return digest.error();
  const Result<std::optional<Bytes>> blob = txn_->get(RowKey(RowKind::blob, *digest).bytes());
  if (!blob) return blob.error();
  if (!*blob) return disagreement("a document without its blob");
  return only_status(decode_document(key, row));
}

Status RowCheck::check_children(Bytes key, Bytes row) {
  if (const Result<Digest> parent = digest_in_key(key); !parent) return parent.error();
  const Result<std::vector<Digest>> children = decode_children(key, row);
  if (children) children_ += children->size();
  return only_status(children);
}

Status RowCheck::check_parent(Bytes key, Bytes row) {
  ++parents_;
  const Result<ParentKey> link = parent_in_key(key);
  if (!link) return link.error();
  if (Status good = decode_parent(key, row); !good) return good;
  const auto children = find_row(*txn_, RowKey(RowKind::children, link->parent), decode_children);
  if (!children) return children.error();
  if (*children) {
    for (const Digest& child : **children) {
      if (child == link->child) return {};
    }
  }
  return disagreement("a child its parent does not know");
}

Status RowCheck::check_pin(Bytes key, Bytes row) {
  if (const Result<PinKey> pin = pin_in_key(key); !pin) return pin.error();
  return only_status(decode_pin(key, row));
}

Status RowCheck::finish() const {
  if (schema_ != kSchemaVersion) return disagreement("no schema, or another one");
  if (places_ != counted_.totals.blobs) return disagreement("blobs without a place in a queue");
  if (children_ != parents_) return disagreement("children that do not know their parent");
  if (written_.totals != counted_.totals) return disagreement("the totals do not match the rows");
  return {};
}

// Each byte, so that pages that cannot be read are found.
Status touch(Bytes row) {
  const volatile unsigned sum = std::accumulate(
      row.begin(), row.end(), 0U,
      [](unsigned so_far, std::byte byte) { return so_far + std::to_integer<unsigned>(byte); });
  (void)sum;
  return {};
}

}  // namespace

Status check_all_rows(const LmdbEnvironment& environment, const std::function<bool()>& go_on) {
  constexpr std::uint64_t kRowsBetweenQuestions = 1024;
  const Result<ReadTransaction> txn = environment.begin_read();
  if (!txn) return txn.error();
  if (Status sound = check_pages(environment.data_file(), txn->snapshot()); !sound) return sound;
  RowCheck check(*txn);
  std::uint64_t rows = 0;
  Status done = txn->for_each({}, [&](Bytes key, Bytes row) -> Result<bool> {
    if (++rows % kRowsBetweenQuestions == 0 && !go_on()) return Error{Errc::cancelled, "index"};
    if (Status good = check.is_old() ? touch(row) : check.check(key, row); !good) {
      return good.error();
    }
    return true;
  });
  if (done && rows != txn->row_count().value()) done = disagreement("rows are missing");
  return done && !check.is_old() ? check.finish() : done;
}

}  // namespace larder::cache
