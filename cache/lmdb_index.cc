#include "cache/lmdb_index.h"

#include <string>
#include <utility>

#include "cache/hasher.h"
#include "cache/index_rows.h"
#include "cache/lmdb_blobs.h"
#include "cache/lmdb_environment.h"
#include "cache/lmdb_links.h"
#include "cache/lmdb_migration.h"
#include "cache/lmdb_pins.h"
#include "cache/lmdb_room.h"

namespace larder::cache {

namespace {

// A row copied out within one transaction.
template <class T>
Result<std::optional<T>> find(const LmdbEnvironment& environment, const RowKey& key,
                              Decode<T> decode) {
  const Result<ReadTransaction> txn = environment.begin_read();
  if (!txn) return txn.error();
  return find_row(*txn, key, decode);
}

// Runs `restartable` when a record fits.
template <class F>
Status add(LmdbEnvironment& environment, F restartable) {
  const Result<Fits> fits = what_fits(environment);
  if (!fits) return fits.error();
  if (*fits == Fits::nothing) return Error{Errc::no_space, "index: the map is full"};
  return environment.write(restartable);
}

Status write_blob(WriteTransaction& txn, const Digest& digest, const BlobRecord& record,
                  const Document* document) {
  Result<LmdbBlobs> blobs = LmdbBlobs::begin(txn);
  if (!blobs) return blobs.error();
  Status done = blobs->put(digest, record);
  if (done) done = blobs->finish();
  if (!done) return done;
  const RowKey key(RowKind::document, digest);
  return document != nullptr ? put_row(txn, key, *document) : txn.remove(key.bytes());
}

// One change to the blobs or tags, counted.
template <class F>
Status change_blobs(WriteTransaction& txn, F change) {
  Result<LmdbBlobs> blobs = LmdbBlobs::begin(txn);
  if (!blobs) return blobs.error();
  if (Status done = change(*blobs); !done) return done;
  return blobs->finish();
}

Status remove_blob(WriteTransaction& txn, LmdbBlobs& blobs, const Digest& digest) {
  Status done = blobs.remove(digest);
  if (done) done = txn.remove(RowKey(RowKind::document, digest).bytes());
  if (done) done = write_children(txn, digest, {});
  return done;
}

Status check_reason(const std::string& reason) {
  if (!reason.empty() && reason.size() <= kPinReasonBytesMax) return {};
  return Error{Errc::invalid,
               "index: a pin's reason has 1 to " + std::to_string(kPinReasonBytesMax) + " bytes"};
}

Status check_note_name(const std::string& name) {
  if (!name.empty() && name.size() <= kNoteNameBytesMax) return {};
  return Error{Errc::invalid,
               "index: a note's name has 1 to " + std::to_string(kNoteNameBytesMax) + " bytes"};
}

}  // namespace

Result<std::unique_ptr<LmdbIndex>> LmdbIndex::open(const LmdbIndexOptions& options) {
  Result<std::unique_ptr<LmdbEnvironment>> environment = LmdbEnvironment::open(options);
  if (!environment) return environment.error();
  return checked(*std::move(environment), options);
}

Result<std::unique_ptr<LmdbIndex>> LmdbIndex::open_unchanged(const LmdbIndexOptions& options) {
  Result<std::unique_ptr<LmdbEnvironment>> environment =
      LmdbEnvironment::open(options, LmdbEnvironment::Access::read_only_still);
  if (!environment) return environment.error();
  return checked(*std::move(environment), options);
}

Result<std::unique_ptr<LmdbIndex>> LmdbIndex::checked(std::unique_ptr<LmdbEnvironment> environment,
                                                      const LmdbIndexOptions& options) {
  std::unique_ptr<LmdbIndex> index(new LmdbIndex(std::move(environment)));
  Status fit = make_current(*index->environment_);
  if (fit) {
    const Result<IndexTotals> totals = index->totals();
    if (!totals) fit = totals.error();
  }
  if (!fit) return in_context(options.directory.string(), fit.error());
  return index;
}

LmdbIndex::LmdbIndex(std::unique_ptr<LmdbEnvironment> environment)
    : environment_(std::move(environment)) {}

LmdbIndex::~LmdbIndex() = default;

Result<std::optional<BlobRecord>> LmdbIndex::find_blob(const Digest& digest) const {
  Result<std::optional<BlobRow>> row =
      find(*environment_, RowKey(RowKind::blob, digest), decode_blob);
  if (!row) return row.error();
  if (!*row) return std::optional<BlobRecord>();
  return std::optional(std::move((*row)->record));
}

// These bytes are served as they are, and a row's check is no digest.
Result<std::optional<Document>> LmdbIndex::find_document(const Digest& digest) const {
  Result<std::optional<Document>> found =
      find(*environment_, RowKey(RowKind::document, digest), decode_document);
  if (!found || !*found) return found;
  const std::string& bytes = (*found)->bytes;
  if (digest_of(digest.algorithm(), std::as_bytes(std::span(bytes))) == digest) return found;
  return Error{Errc::corrupt, "index: the document " + digest.str() + " does not match its digest"};
}

Result<std::optional<TagRecord>> LmdbIndex::find_tag(const TagName& name) const {
  return find(*environment_, key_of(name), decode_tag_record);
}

// A document's copy is worth less than the record: when it does not fit, the file must do.
Status LmdbIndex::put_blob(const Digest& digest, const BlobRecord& record,
                           const std::optional<Document>& document) {
  const Result<Fits> fits = what_fits(*environment_);
  if (!fits) return fits.error();
  if (document && *fits == Fits::document) {
    Status done = environment_->write(
        [&](WriteTransaction& txn) { return write_blob(txn, digest, record, &*document); });
    if (done || done.error().code != Errc::no_space) return done;
  }
  return add(*environment_,
             [&](WriteTransaction& txn) { return write_blob(txn, digest, record, nullptr); });
}

Status LmdbIndex::add_blobs(std::span<const std::pair<Digest, BlobRecord>> blobs) {
  return add(*environment_, [blobs](WriteTransaction& txn) {
    return change_blobs(txn, [blobs](LmdbBlobs& table) {
      Status done;
      for (auto next = blobs.begin(); done && next != blobs.end(); ++next) {
        done = table.add_if_absent(next->first, next->second);
      }
      return done;
    });
  });
}

Status LmdbIndex::put_tag(const TagName& name, const TagRecord& record) {
  const RowKey key = key_of(name);
  return add(*environment_, [&](WriteTransaction& txn) -> Status {
    const Result<std::optional<Bytes>> before = txn.get(key.bytes());
    if (!before) return before.error();
    const bool was_there = before->has_value();
    Status done = put_row(txn, key, TagRow{name, record});
    if (!done || was_there) return done;
    return change_blobs(txn, [](LmdbBlobs& table) {
      table.count_tag(/*before=*/false, /*after=*/true);
      return Status();
    });
  });
}

Status LmdbIndex::remove_blobs(std::span<const Digest> digests) {
  return environment_->write([digests](WriteTransaction& txn) {
    return change_blobs(txn, [&](LmdbBlobs& table) {
      Status done;
      for (auto next = digests.begin(); done && next != digests.end(); ++next) {
        done = remove_blob(txn, table, *next);
      }
      return done;
    });
  });
}

Status LmdbIndex::remove_tag(const TagName& name) {
  const RowKey key = key_of(name);
  return environment_->write([&](WriteTransaction& txn) -> Status {
    const Result<std::optional<Bytes>> before = txn.get(key.bytes());
    if (!before) return before.error();
    if (!*before) return {};
    if (Status done = txn.remove(key.bytes()); !done) return done;
    return change_blobs(txn, [](LmdbBlobs& table) {
      table.count_tag(/*before=*/true, /*after=*/false);
      return Status();
    });
  });
}

Result<std::vector<std::pair<Digest, BlobRecord>>> LmdbIndex::blobs_after(
    const std::optional<Digest>& after, std::size_t count) const {
  std::vector<std::pair<Digest, BlobRecord>> rows;
  if (count == 0) return rows;
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  const RowKey kind(RowKind::blob);
  const RowKey from = after ? RowKey(RowKind::blob, *after) : kind;
  const Status done =
      txn->for_each(kind.bytes(), from.bytes(), [&](Bytes key, Bytes bytes) -> Result<bool> {
        const Result<Digest> digest = digest_in_key(key);
        if (!digest) return digest.error();
        if (*digest == after) return true;
        Result<BlobRow> row = decode_blob(key, bytes);
        if (!row) return row.error();
        rows.emplace_back(*digest, std::move(row->record));
        return rows.size() < count;
      });
  if (!done) return done.error();
  return rows;
}

Status LmdbIndex::for_each_tag(
    const std::function<bool(const TagName&, const TagRecord&)>& visit) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return txn->for_each(RowKey(RowKind::tag).bytes(),
                       [&visit](Bytes key, Bytes bytes) -> Result<bool> {
                         const Result<TagRow> row = decode_tag(key, bytes);
                         if (!row) return row.error();
                         return visit(row->name, row->record);
                       });
}

Result<std::vector<Candidate>> LmdbIndex::candidates(Queue queue, std::uint64_t position,
                                                     std::size_t count) const {
  std::vector<Candidate> found;
  if (count == 0) return found;
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  const RowKey in_queue = RowKey(RowKind::place).append(queue);
  const Status done = txn->for_each(in_queue.bytes(), place_key(queue, position).bytes(),
                                    [&](Bytes key, Bytes row) -> Result<bool> {
                                      Result<Candidate> next = read_candidate(*txn, key, row);
                                      if (!next) return next.error();
                                      found.push_back(std::move(*next));
                                      return found.size() < count;
                                    });
  if (!done) return done.error();
  return found;
}

Status LmdbIndex::record_uses(std::span<const BlobUse> uses) {
  return environment_->write([uses](WriteTransaction& txn) {
    return change_blobs(txn, [uses](LmdbBlobs& table) {
      Status done;
      for (auto next = uses.begin(); done && next != uses.end(); ++next) {
        done = table.record_use(*next);
      }
      return done;
    });
  });
}

Status LmdbIndex::requeue(std::span<const Requeue> changes) {
  return environment_->write([changes](WriteTransaction& txn) {
    return change_blobs(txn, [changes](LmdbBlobs& table) {
      Status done;
      for (auto next = changes.begin(); done && next != changes.end(); ++next) {
        done = table.requeue(*next);
      }
      return done;
    });
  });
}

Status LmdbIndex::put_children(const Digest& parent, std::span<const Digest> children) {
  return add(*environment_,
             [&](WriteTransaction& txn) { return write_children(txn, parent, children); });
}

Result<std::vector<Digest>> LmdbIndex::children_of(const Digest& parent) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return read_children(*txn, parent);
}

Result<std::vector<Digest>> LmdbIndex::parents_of(const Digest& child) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return read_parents(*txn, child);
}

Status LmdbIndex::put_pin(const Digest& digest, const Pin& pin) {
  if (Status good = check_reason(pin.reason); !good) return good;
  const RowKey key = pin_key(digest, pin.reason);
  return add(*environment_, [&](WriteTransaction& txn) { return put_row(txn, key, pin.since); });
}

Status LmdbIndex::remove_pin(const Digest& digest, const std::string& reason) {
  if (!check_reason(reason)) return {};
  const RowKey key = pin_key(digest, reason);
  return environment_->write([&](WriteTransaction& txn) { return txn.remove(key.bytes()); });
}

Result<std::vector<Pin>> LmdbIndex::pins_of(const Digest& digest) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  std::vector<Pin> pins;
  const Status done =
      for_each_pin_row(*txn, RowKey(RowKind::pin, digest), [&pins](const Digest&, const Pin& pin) {
        pins.push_back(pin);
        return true;
      });
  if (!done) return done.error();
  return pins;
}

Status LmdbIndex::for_each_pin(const std::function<bool(const Digest&, const Pin&)>& visit) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return for_each_pin_row(*txn, RowKey(RowKind::pin), visit);
}

Result<std::optional<std::string>> LmdbIndex::find_note(const std::string& name) const {
  if (!check_note_name(name)) return std::optional<std::string>();
  return find(*environment_, note_key(name), decode_note);
}

Status LmdbIndex::put_note(const std::string& name, const std::string& text) {
  if (Status good = check_note_name(name); !good) return good;
  const RowKey key = note_key(name);
  return add(*environment_, [&](WriteTransaction& txn) { return put_row(txn, key, text); });
}

Result<IndexTotals> LmdbIndex::totals() const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  const Result<TotalsRow> row = read_totals(*txn);
  if (!row) return row.error();
  return row->totals;
}

std::uint64_t LmdbIndex::last_commit() const {
  return environment_->last_commit();
}

std::uint64_t LmdbIndex::map_bytes() const {
  return environment_->map_bytes();
}

Status LmdbIndex::check_readers() {
  return environment_->check_readers();
}

Status LmdbIndex::copy_to(int descriptor) const {
  return environment_->copy_to(descriptor);
}

}  // namespace larder::cache
