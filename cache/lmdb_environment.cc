#include "cache/lmdb_environment.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "cache/posix_files.h"

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

Errc code_of(int lmdb_code) {
  switch (lmdb_code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
      return Errc::no_space;
    case MDB_READERS_FULL:
      return Errc::busy;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:  // a tree deeper than any tree can be
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
      return Errc::corrupt;
    default:
      return Errc::io;
  }
}

Error lmdb_error(std::string_view call, int code) {
  const std::string what = "index: " + std::string(call);
  if (code > 0) return from_errno(what, code);
  return {code_of(code), what + ": " + mdb_strerror(code)};
}

Status lmdb_status(std::string_view call, int code) {
  if (code != MDB_SUCCESS) return lmdb_error(call, code);
  return {};
}

MDB_val to_val(Bytes bytes) {
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}
MDB_val to_val(std::string_view text) {
  return to_val(std::as_bytes(std::span(text)));
}
Bytes to_bytes(const MDB_val& val) {
  return {static_cast<const std::byte*>(val.mv_data), val.mv_size};
}

bool starts_with(Bytes key, Bytes prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CloseCursor>;

Result<UniqueFd> take_lock(const fs::path& directory) {
  const fs::path path = directory / "lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return from_errno("open " + path.string(), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return from_errno("flock " + path.string(), errno);
  return Error{Errc::busy, "index: " + directory.string() + " is in use by another process"};
}

}  // namespace

Result<std::optional<Bytes>> ReadTransaction::get(Bytes key) const {
  MDB_val key_val = to_val(key);
  MDB_val row;
  const int code = mdb_get(txn_.get(), rows_, &key_val, &row);
  if (code == MDB_NOTFOUND) return std::optional<Bytes>();
  if (code != MDB_SUCCESS) return lmdb_error("read", code);
  return std::optional(to_bytes(row));
}

Status ReadTransaction::for_each(Bytes prefix, const Visit& visit) const {
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(txn_.get(), rows_, &opened);
  if (code != MDB_SUCCESS) return lmdb_error("open cursor", code);
  const Cursor cursor(opened);

  MDB_val key = to_val(prefix);
  MDB_val row;
  code = mdb_cursor_get(cursor.get(), &key, &row, MDB_SET_RANGE);
  while (code == MDB_SUCCESS && starts_with(to_bytes(key), prefix)) {
    const Result<bool> going_on = visit(to_bytes(key), to_bytes(row));
    if (!going_on) return going_on.error();
    if (!*going_on) return {};
    code = mdb_cursor_get(cursor.get(), &key, &row, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? Status() : lmdb_status("read", code);
}

Status WriteTransaction::put(Bytes key, std::string_view row) {
  MDB_val key_val = to_val(key);
  MDB_val row_val = to_val(row);
  return lmdb_status("write", mdb_put(txn_.get(), rows_, &key_val, &row_val, 0));
}

Status WriteTransaction::remove(Bytes key) {
  MDB_val key_val = to_val(key);
  const int code = mdb_del(txn_.get(), rows_, &key_val, nullptr);
  return code == MDB_NOTFOUND ? Status() : lmdb_status("remove", code);
}

Status WriteTransaction::commit() {
  return lmdb_status("commit", mdb_txn_commit(txn_.release()));
}

Result<std::unique_ptr<LmdbEnvironment>> LmdbEnvironment::open(const LmdbIndexOptions& options) {
  PosixFiles files;
  if (Status made = files.make_directories(options.directory); !made) return made.error();
  Result<UniqueFd> lock = take_lock(options.directory);
  if (!lock) return lock.error();

  MDB_env* created = nullptr;
  const int code = mdb_env_create(&created);
  if (code != MDB_SUCCESS) return lmdb_error("create environment", code);
  std::unique_ptr<LmdbEnvironment> environment(
      new LmdbEnvironment(std::move(*lock), Handle(created)));

  Status ready = environment->configure(options);
  if (ready) ready = environment->fill_truncated_file();
  if (ready) ready = environment->open_rows();
  if (!ready) return in_context(options.directory.string(), ready.error());
  return environment;
}

// MDB_NOTLS: read transactions belong to objects, not to threads, which come and go in a pool.
// reader_check: a killed process left its reader slots behind, and they keep old pages alive.
Status LmdbEnvironment::configure(const LmdbIndexOptions& options) {
  Status done = lmdb_status("set map size", mdb_env_set_mapsize(env_.get(), options.map_bytes));
  if (done) {
    done = lmdb_status("set readers", mdb_env_set_maxreaders(env_.get(), options.readers_max));
  }
  if (done) {
    done =
        lmdb_status("open", mdb_env_open(env_.get(), options.directory.c_str(), MDB_NOTLS, 0600));
  }
  int dead = 0;
  if (done) done = lmdb_status("check readers", mdb_reader_check(env_.get(), &dead));
  return done;
}

// A page beyond the file's end is SIGBUS; made a hole it reads as zeros, which LMDB calls corrupt.
Status LmdbEnvironment::fill_truncated_file() {
  MDB_envinfo info;
  MDB_stat stat;
  mdb_filehandle_t fd = -1;
  mdb_env_info(env_.get(), &info);
  mdb_env_stat(env_.get(), &stat);
  mdb_env_get_fd(env_.get(), &fd);

  const off_t needed = static_cast<off_t>((info.me_last_pgno + 1) * stat.ms_psize);
  struct stat file;
  if (::fstat(fd, &file) != 0) return lmdb_error("stat", errno);
  if (file.st_size >= needed) return {};
  return ::ftruncate(fd, needed) == 0 ? Status() : lmdb_error("extend", errno);
}

// The one unnamed table; its handle outlives the transaction that opens it.
Status LmdbEnvironment::open_rows() {
  Result<TransactionHandle> txn = begin(MDB_RDONLY);
  if (!txn) return txn.error();
  return lmdb_status("open rows", mdb_dbi_open(txn->get(), nullptr, 0, &rows_));
}

Result<TransactionHandle> LmdbEnvironment::begin(unsigned flags) const {
  MDB_txn* txn = nullptr;
  const int code = mdb_txn_begin(env_.get(), nullptr, flags, &txn);
  if (code != MDB_SUCCESS) return lmdb_error("begin", code);
  return TransactionHandle(txn);
}

Result<ReadTransaction> LmdbEnvironment::begin_read() const {
  Result<TransactionHandle> txn = begin(MDB_RDONLY);
  if (!txn) return txn.error();
  return ReadTransaction(std::move(*txn), rows_);
}

Result<WriteTransaction> LmdbEnvironment::begin_write() {
  Result<TransactionHandle> txn = begin(0);
  if (!txn) return txn.error();
  return WriteTransaction(std::move(*txn), rows_);
}

}  // namespace larder::cache
