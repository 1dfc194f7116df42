#include "cache/lmdb_index.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "cache/hasher.h"
#include "cache/index_rows.h"
#include "cache/lmdb_environment.h"

namespace larder::cache {

namespace {

template <class T>
using Decode = Result<T> (*)(Bytes row);

template <class T>
Result<std::optional<T>> find_in(const ReadTransaction& txn, const RowKey& key, Decode<T> decode) {
  const Result<std::optional<Bytes>> row = txn.get(key.bytes());
  if (!row) return row.error();
  if (!*row) return std::optional<T>();
  Result<T> value = decode(**row);
  if (!value) return value.error();
  return std::optional<T>(std::move(*value));
}

// A row copied out within one transaction.
template <class T>
Result<std::optional<T>> find(const LmdbEnvironment& environment, const RowKey& key,
                              Decode<T> decode) {
  const Result<ReadTransaction> txn = environment.begin_read();
  if (!txn) return txn.error();
  return find_in(*txn, key, decode);
}

Result<IndexTotals> read_totals(const ReadTransaction& txn) {
  Result<std::optional<IndexTotals>> totals = find_in(txn, RowKey(RowKind::totals), decode_totals);
  if (!totals) return totals.error();
  if (!*totals) return Error{Errc::corrupt, "index: the totals row is missing"};
  return **totals;
}

// `before` and `after`: what the row held and what it is to hold, nothing for no row.
Status count_blob(WriteTransaction& txn, const std::optional<BlobRecord>& before,
                  const std::optional<BlobRecord>& after) {
  Result<IndexTotals> totals = read_totals(txn);
  if (!totals) return totals.error();
  totals->blobs += after.has_value();
  totals->blobs -= before.has_value();
  totals->blob_bytes += after ? after->size_bytes : 0;
  totals->blob_bytes -= before ? before->size_bytes : 0;
  return txn.put(RowKey(RowKind::totals).bytes(), encode(*totals));
}

Status count_tag(WriteTransaction& txn, bool before, bool after) {
  if (before == after) return {};
  Result<IndexTotals> totals = read_totals(txn);
  if (!totals) return totals.error();
  totals->tags += after;
  totals->tags -= before;
  return txn.put(RowKey(RowKind::totals).bytes(), encode(*totals));
}

Status write_first_rows(WriteTransaction& txn) {
  Status done = txn.put(RowKey(RowKind::schema).bytes(), encode_schema(kSchemaVersion));
  if (done) done = txn.put(RowKey(RowKind::totals).bytes(), encode(IndexTotals{}));
  return done;
}

// Makes a new index ready, and refuses one that speaks another schema.
Status check_schema(LmdbEnvironment& environment) {
  const Result<std::optional<std::uint32_t>> version =
      find(environment, RowKey(RowKind::schema), decode_schema);
  if (!version) return version.error();
  if (!*version) return environment.write(write_first_rows);
  if (**version == kSchemaVersion) return {};
  return Error{Errc::corrupt, "index: schema " + std::to_string(**version) +
                                  ", this Larder reads " + std::to_string(kSchemaVersion)};
}

// Reads every row but the documents, whose digests are checked when they are read: damage is found
// now, when the index can still be moved aside, and not by the request that needs the row.
Status check_rows(const LmdbIndex& index) {
  IndexTotals counted;
  Status done = index.for_each_blob([&counted](const Digest&, const BlobRecord& record) {
    ++counted.blobs;
    counted.blob_bytes += record.size_bytes;
    return true;
  });
  if (!done) return done;
  done = index.for_each_tag([&counted](const TagName&, const TagRecord&) {
    ++counted.tags;
    return true;
  });
  if (!done) return done;

  const Result<IndexTotals> totals = index.totals();
  if (!totals) return totals.error();
  if (*totals == counted) return {};
  return Error{Errc::corrupt, "index: the totals do not match the rows"};
}

// LMDB follows page numbers without checking them, so a damaged file can kill whoever reads it, or
// keep it busy for ever. A child reads it first.
Status survive_reading(const LmdbIndexOptions& options, void (*read)(const LmdbIndexOptions&)) {
  constexpr unsigned kReadSecondsMax = 60;
  std::error_code ignored;
  if (!std::filesystem::exists(options.directory / "data.mdb", ignored)) return {};
  const pid_t child = ::fork();
  if (child < 0) return from_errno("index: fork", errno);
  if (child == 0) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) ::signal(signal, SIG_DFL);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::alarm(kReadSecondsMax);
    read(options);
    ::_exit(0);  // what it found, the parent finds too
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Error{Errc::corrupt, options.directory.string() + ": index: reading it kills the reader"};
}

}  // namespace

Result<std::unique_ptr<LmdbIndex>> LmdbIndex::open(const LmdbIndexOptions& options) {
  const auto read = [](const LmdbIndexOptions& again) { (void)open_and_check(again); };
  if (Status survived = survive_reading(options, read); !survived) return survived.error();
  return open_and_check(options);
}

Result<std::unique_ptr<LmdbIndex>> LmdbIndex::open_and_check(const LmdbIndexOptions& options) {
  Result<std::unique_ptr<LmdbEnvironment>> environment = LmdbEnvironment::open(options);
  if (!environment) return environment.error();
  Status fit = check_schema(**environment);
  std::unique_ptr<LmdbIndex> index(new LmdbIndex(std::move(*environment)));
  if (fit) fit = check_rows(*index);
  if (!fit) return in_context(options.directory.string(), fit.error());
  return index;
}

LmdbIndex::LmdbIndex(std::unique_ptr<LmdbEnvironment> environment)
    : environment_(std::move(environment)) {}

LmdbIndex::~LmdbIndex() = default;

Result<std::optional<BlobRecord>> LmdbIndex::find_blob(const Digest& digest) const {
  return find(*environment_, RowKey(RowKind::blob, digest), decode_blob);
}

// LMDB has no checksums, and these bytes are served as they are: a damaged page must not pass.
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

Status LmdbIndex::put_blob(const Digest& digest, const BlobRecord& record,
                           const std::optional<Document>& document) {
  const RowKey blob_key(RowKind::blob, digest);
  const RowKey document_key(RowKind::document, digest);
  return environment_->write([&](WriteTransaction& txn) -> Status {
    const Result<std::optional<BlobRecord>> before = find_in(txn, blob_key, decode_blob);
    if (!before) return before.error();
    Status done = count_blob(txn, *before, record);
    if (done) done = txn.put(blob_key.bytes(), encode(record));
    if (!done) return done;
    return document ? txn.put(document_key.bytes(), encode(*document))
                    : txn.remove(document_key.bytes());
  });
}

Status LmdbIndex::put_tag(const TagName& name, const TagRecord& record) {
  const RowKey key = key_of(name);
  return environment_->write([&](WriteTransaction& txn) -> Status {
    const Result<std::optional<Bytes>> before = txn.get(key.bytes());
    if (!before) return before.error();
    Status done = count_tag(txn, before->has_value(), true);
    return done ? txn.put(key.bytes(), encode(name, record)) : done;
  });
}

Status LmdbIndex::remove_blob(const Digest& digest) {
  const RowKey blob_key(RowKind::blob, digest);
  return environment_->write([&](WriteTransaction& txn) -> Status {
    const Result<std::optional<BlobRecord>> before = find_in(txn, blob_key, decode_blob);
    if (!before) return before.error();
    Status done = count_blob(txn, *before, std::nullopt);
    if (done) done = txn.remove(blob_key.bytes());
    if (done) done = txn.remove(RowKey(RowKind::document, digest).bytes());
    return done;
  });
}

Status LmdbIndex::remove_tag(const TagName& name) {
  const RowKey key = key_of(name);
  return environment_->write([&](WriteTransaction& txn) -> Status {
    const Result<std::optional<Bytes>> before = txn.get(key.bytes());
    if (!before) return before.error();
    Status done = count_tag(txn, before->has_value(), false);
    return done ? txn.remove(key.bytes()) : done;
  });
}

Status LmdbIndex::for_each_blob(
    const std::function<bool(const Digest&, const BlobRecord&)>& visit) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return txn->for_each(RowKey(RowKind::blob).bytes(),
                       [&visit](Bytes key, Bytes row) -> Result<bool> {
                         const Result<Digest> digest = digest_in_key(key);
                         if (!digest) return digest.error();
                         const Result<BlobRecord> record = decode_blob(row);
                         if (!record) return record.error();
                         return visit(*digest, *record);
                       });
}

Status LmdbIndex::for_each_tag(
    const std::function<bool(const TagName&, const TagRecord&)>& visit) const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return txn->for_each(RowKey(RowKind::tag).bytes(), [&visit](Bytes, Bytes bytes) -> Result<bool> {
    const Result<TagRow> row = decode_tag(bytes);
    if (!row) return row.error();
    return visit(row->name, row->record);
  });
}

Result<IndexTotals> LmdbIndex::totals() const {
  const Result<ReadTransaction> txn = environment_->begin_read();
  if (!txn) return txn.error();
  return read_totals(*txn);
}

}  // namespace larder::cache
