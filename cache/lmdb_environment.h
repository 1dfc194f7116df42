// LMDB's handles, each with one owner, and its return codes as Errors.
//
// Keys and values are bytes here; what they mean is index_rows.h's. Bytes that get() and for_each()
// hand out are LMDB's own pages: valid until the transaction ends or writes.
// Thread-safety: the environment any thread; a transaction the thread that began it.
// Blocks: reads no, beyond a page fault; write() until the other writer is done, then on disk.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cache/base/result.h"
#include "cache/lmdb_index.h"
#include "cache/row_coding.h"

namespace larder::cache {

// Far more than any row has, far less than the map: a damaged length must not lead out of it.
inline constexpr std::size_t kRowBytesMax = 8 << 20;

struct AbortTransaction {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
using TransactionHandle = std::unique_ptr<MDB_txn, AbortTransaction>;

class ReadTransaction {
 public:
  ReadTransaction(TransactionHandle txn, MDB_dbi rows) : txn_(std::move(txn)), rows_(rows) {}

  // An empty optional when there is no such key.
  Result<std::optional<Bytes>> get(Bytes key) const;
  Result<std::uint64_t> row_count() const;
  std::uint64_t snapshot() const;  // the commit it reads

  using Visit = std::function<Result<bool>(Bytes key, Bytes row)>;
  // Every row whose key begins with `prefix`, in key order, until `visit` returns false or an
  // error. Returns: corrupt too when the keys are out of order, so a damaged tree has an end.
  Status for_each(Bytes prefix, const Visit& visit) const {
    return for_each(prefix, prefix, visit);
  }
  // The same, from the key `from` on, which begins with `prefix`. No prefix: all rows.
  Status for_each(Bytes prefix, Bytes from, const Visit& visit) const;

 protected:
  TransactionHandle txn_;
  MDB_dbi rows_;
};

// Undone on destruction unless committed.
class WriteTransaction final : public ReadTransaction {
 public:
  using ReadTransaction::ReadTransaction;

  // Returns: no_space when the disk or the map is full, invalid when the row is too long; the
  // transaction is then of no more use.
  Status put(Bytes key, std::string_view row);
  Status remove(Bytes key);  // absent is fine
  Status commit();           // the last call, whatever it returns
};

class LmdbEnvironment {
 public:
  // Beside another process that has it open: reads, and changes nothing.
  // still: nobody has it open, and it is not even locked.
  enum class Access { read_write, read_only, read_only_still };

  // As LmdbIndex::open().
  static Result<std::unique_ptr<LmdbEnvironment>> open(const LmdbIndexOptions& options,
                                                       Access access = Access::read_write);

  // Returns: busy when all reader slots are taken.
  Result<ReadTransaction> begin_read() const;

  // The only way to write: runs `restartable(WriteTransaction&) -> Status` and commits. It depends
  // on nothing but the transaction and its arguments, so that it could run again.
  // Returns: what it or the commit returned; unless ok, nothing has changed.
  template <class F>
  Status write(F restartable) {
    Result<WriteTransaction> txn = begin_write();
    if (!txn) return txn.error();
    if (Status done = restartable(*txn); !done) return done;
    return txn->commit();
  }

  // How many of the map's pages a write could take; `of` is all of them. Rows that were removed
  // are counted in only when it matters: when less than an eighth was never used.
  struct Room {
    std::uint64_t pages = 0;
    std::uint64_t of = 0;
  };
  Result<Room> room() const;

  // Grows with each commit that changed something.
  std::uint64_t last_commit() const;
  std::uint64_t map_bytes() const;

  // Frees the reader slots of processes that died.
  Status check_readers();
  // Writes a compact copy of one snapshot. Returns: no_space; what was written is then of no use.
  Status copy_to(int descriptor) const;
  std::filesystem::path data_file() const;

 private:
  struct Close {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
  };
  using Handle = std::unique_ptr<MDB_env, Close>;

  explicit LmdbEnvironment(Handle env) : env_(std::move(env)) {}

  Status configure(const LmdbIndexOptions& options, Access access);
  Status grow_map();
  Status fill_truncated_file();
  Status open_rows();
  Result<TransactionHandle> begin(unsigned flags) const;
  Result<WriteTransaction> begin_write();
  MDB_envinfo info() const;
  std::uint64_t page_bytes() const;

  Handle env_;
  MDB_dbi rows_ = 0;
};

}  // namespace larder::cache
