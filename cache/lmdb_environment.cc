#include "cache/lmdb_environment.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cache/lmdb_meta.h"
#include "cache/posix_files.h"

namespace larder::cache {

namespace {

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
    case MDB_MAP_RESIZED:  // nobody else uses it, so the meta page tells of pages that are not
                           // there
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

bool is_before(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CloseCursor>;

// The one table of LMDB's own, readable like ours: transaction -> page numbers freed by it.
constexpr MDB_dbi kFreePages = 0;

// Calls `visit` with the length of each list of free pages. Requires: a read transaction.
template <class Visit>
Status for_each_free_list(MDB_txn* txn, Visit visit) {
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(txn, kFreePages, &opened);
  if (code != MDB_SUCCESS) return lmdb_error("open free pages", code);
  const Cursor cursor(opened);
  MDB_val key;
  MDB_val row;
  while ((code = mdb_cursor_get(cursor.get(), &key, &row, MDB_NEXT)) == MDB_SUCCESS) {
    std::size_t count = 0;
    if (row.mv_size < sizeof count) return lmdb_error("free pages", MDB_CORRUPTED);
    std::memcpy(&count, row.mv_data, sizeof count);
    if (count > row.mv_size / sizeof count - 1) return lmdb_error("free pages", MDB_CORRUPTED);
    std::size_t freed_by = 0;
    if (key.mv_size != sizeof freed_by) return lmdb_error("free pages", MDB_CORRUPTED);
    std::memcpy(&freed_by, key.mv_data, sizeof freed_by);
    visit(freed_by, count);
  }
  return code == MDB_NOTFOUND ? Status() : lmdb_status("free pages", code);
}

// LMDB says EIO for a write the disk took only a part of.
Status commit_status(int code, const MDB_env* env) {
  mdb_filehandle_t fd = -1;
  struct statvfs disk;
  constexpr std::uint64_t kFull = 1 << 20;
  if (code == EIO && mdb_env_get_fd(const_cast<MDB_env*>(env), &fd) == MDB_SUCCESS &&
      ::fstatvfs(fd, &disk) == 0 && disk.f_bavail * disk.f_frsize < kFull) {
    code = ENOSPC;
  }
  return lmdb_status("commit", code);
}

}  // namespace

Result<std::optional<Bytes>> ReadTransaction::get(Bytes key) const {
  MDB_val key_val = to_val(key);
  MDB_val row;
  const int code = mdb_get(txn_.get(), rows_, &key_val, &row);
  if (code == MDB_NOTFOUND) return std::optional<Bytes>();
  if (code == MDB_SUCCESS && row.mv_size <= kRowBytesMax) return std::optional(to_bytes(row));
  return lmdb_error("read", code == MDB_SUCCESS ? MDB_CORRUPTED : code);
}

Result<std::uint64_t> ReadTransaction::row_count() const {
  MDB_stat stat;
  const int code = mdb_stat(txn_.get(), rows_, &stat);
  if (code != MDB_SUCCESS) return lmdb_error("count", code);
  return stat.ms_entries;
}

std::uint64_t ReadTransaction::snapshot() const {
  return mdb_txn_id(txn_.get());
}

Status ReadTransaction::for_each(Bytes prefix, Bytes from, const Visit& visit) const {
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(txn_.get(), rows_, &opened);
  if (code != MDB_SUCCESS) return lmdb_error("open cursor", code);
  const Cursor cursor(opened);

  MDB_val key = to_val(from);
  MDB_val row;
  std::vector<std::byte> previous;
  code = mdb_cursor_get(cursor.get(), &key, &row, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == MDB_SUCCESS && starts_with(to_bytes(key), prefix)) {
    if (!is_before(previous, to_bytes(key))) return lmdb_error("keys out of order", MDB_CORRUPTED);
    if (row.mv_size > kRowBytesMax) return lmdb_error("read", MDB_CORRUPTED);
    previous.assign(to_bytes(key).begin(), to_bytes(key).end());
    const Result<bool> going_on = visit(to_bytes(key), to_bytes(row));
    if (!going_on) return going_on.error();
    if (!*going_on) return {};
    code = mdb_cursor_get(cursor.get(), &key, &row, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? Status() : lmdb_status("read", code);
}

Status WriteTransaction::put(Bytes key, std::string_view row) {
  if (row.size() > kRowBytesMax) return Error{Errc::invalid, "index: a row is too long"};
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
  const MDB_env* env = mdb_txn_env(txn_.get());
  return commit_status(mdb_txn_commit(txn_.release()), env);
}

Result<std::unique_ptr<LmdbEnvironment>> LmdbEnvironment::open(const LmdbIndexOptions& options,
                                                               Access access) {
  PosixFiles files;
  if (access == Access::read_write) {
    if (Status made = files.make_directories(options.directory); !made) return made.error();
  }
  if (Status sane = check_meta_pages(options.directory / "data.mdb"); !sane) {
    return in_context(options.directory.string(), sane.error());
  }
  MDB_env* created = nullptr;
  const int code = mdb_env_create(&created);
  if (code != MDB_SUCCESS) return lmdb_error("create environment", code);
  std::unique_ptr<LmdbEnvironment> environment(new LmdbEnvironment(Handle(created)));

  Status ready = environment->configure(options, access);
  if (ready && access == Access::read_write) ready = environment->fill_truncated_file();
  if (ready && access == Access::read_write) ready = environment->grow_map();
  if (ready) ready = environment->open_rows();
  if (!ready) return in_context(options.directory.string(), ready.error());
  return environment;
}

// MDB_NOTLS: read transactions belong to objects, not to threads, which come and go in a pool.
// check_readers: a killed process left its reader slots behind, and they keep old pages alive.
Status LmdbEnvironment::configure(const LmdbIndexOptions& options, Access access) {
  unsigned flags = MDB_NOTLS;
  if (access != Access::read_write) flags |= MDB_RDONLY;
  if (access == Access::read_only_still) flags |= MDB_NOLOCK;
  Status done = lmdb_status("set map size", mdb_env_set_mapsize(env_.get(), options.map_bytes));
  if (done) {
    done = lmdb_status("set readers", mdb_env_set_maxreaders(env_.get(), options.readers_max));
  }
  if (done) {
    done = lmdb_status("open", mdb_env_open(env_.get(), options.directory.c_str(), flags, 0600));
  }
  return done && access == Access::read_write ? check_readers() : done;
}

// It costs address space only, and cannot be done later, under transactions.
Status LmdbEnvironment::grow_map() {
  const std::uint64_t used_bytes = (info().me_last_pgno + 1) * page_bytes();
  std::uint64_t bytes = map_bytes();
  while (used_bytes > bytes / 2) bytes *= 2;
  return lmdb_status("grow map", mdb_env_set_mapsize(env_.get(), bytes));
}

Result<LmdbEnvironment::Room> LmdbEnvironment::room() const {
  const MDB_envinfo now = info();
  Room room{0, now.me_mapsize / page_bytes()};
  if (room.of > now.me_last_pgno + 1) room.pages = room.of - now.me_last_pgno - 1;
  constexpr std::uint64_t kPlenty = 32;  // at least, where the map is tiny
  if (room.pages > std::max(room.of / 8, kPlenty)) return room;

  Result<TransactionHandle> txn = begin(MDB_RDONLY);
  if (!txn) return txn.error();
  // What the last commit freed is still what the one before it reads.
  const auto add = [&](std::size_t freed_by, std::size_t count) {
    if (freed_by < now.me_last_txnid) room.pages += count;
  };
  const Status counted = for_each_free_list(txn->get(), add);
  if (!counted) return counted.error();
  return room;
}

std::filesystem::path LmdbEnvironment::data_file() const {
  const char* directory = nullptr;
  CHECK(mdb_env_get_path(env_.get(), &directory) == MDB_SUCCESS);
  return std::filesystem::path(directory) / "data.mdb";
}

Status LmdbEnvironment::check_readers() {
  int dead = 0;
  return lmdb_status("check readers", mdb_reader_check(env_.get(), &dead));
}

Status LmdbEnvironment::copy_to(int descriptor) const {
  return lmdb_status("copy", mdb_env_copyfd2(env_.get(), descriptor, MDB_CP_COMPACT));
}

MDB_envinfo LmdbEnvironment::info() const {
  MDB_envinfo info;
  CHECK(mdb_env_info(env_.get(), &info) == MDB_SUCCESS);
  return info;
}

std::uint64_t LmdbEnvironment::page_bytes() const {
  MDB_stat stat;
  CHECK(mdb_env_stat(env_.get(), &stat) == MDB_SUCCESS);
  return stat.ms_psize;
}

std::uint64_t LmdbEnvironment::last_commit() const {
  return info().me_last_txnid;
}

std::uint64_t LmdbEnvironment::map_bytes() const {
  return info().me_mapsize;
}

// A page beyond the file's end is SIGBUS; made a hole it reads as zeros, which LMDB calls corrupt.
Status LmdbEnvironment::fill_truncated_file() {
  mdb_filehandle_t fd = -1;
  CHECK(mdb_env_get_fd(env_.get(), &fd) == MDB_SUCCESS);
  const auto needed = static_cast<off_t>((info().me_last_pgno + 1) * page_bytes());
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
