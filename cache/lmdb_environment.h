// LMDB's handles, each with one owner, and its return codes as Errors.
//
// Keys and values are bytes here; what they mean is index_rows.h's. Bytes that get() and for_each()
// hand out are LMDB's own pages: valid until the transaction ends or writes.
// Thread-safety: the environment any thread; a transaction the thread that began it.
// Blocks: reads no, beyond a page fault; write() until the other writer is done, then on disk.
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "cache/lmdb_index.h"

namespace larder::cache {

using Bytes = std::span<const std::byte>;

struct AbortTransaction {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
using TransactionHandle = std::unique_ptr<MDB_txn, AbortTransaction>;

class ReadTransaction {
 public:
  ReadTransaction(TransactionHandle txn, MDB_dbi rows) : txn_(std::move(txn)), rows_(rows) {}

  // An empty optional when there is no such key.
  Result<std::optional<Bytes>> get(Bytes key) const;

  using Visit = std::function<Result<bool>(Bytes key, Bytes row)>;
  // Every row whose key begins with `prefix`, in key order, until `visit` returns false or an
  // error.
  Status for_each(Bytes prefix, const Visit& visit) const;

 protected:
  TransactionHandle txn_;
  MDB_dbi rows_;
};

// Undone on destruction unless committed.
class WriteTransaction final : public ReadTransaction {
 public:
  using ReadTransaction::ReadTransaction;

  // Returns: no_space when the disk or the map is full; the transaction is then of no more use.
  Status put(Bytes key, std::string_view row);
  Status remove(Bytes key);  // absent is fine
  Status commit();           // the last call, whatever it returns
};

class LmdbEnvironment {
 public:
  // As LmdbIndex::open().
  static Result<std::unique_ptr<LmdbEnvironment>> open(const LmdbIndexOptions& options);

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

 private:
  struct Close {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
  };
  using Handle = std::unique_ptr<MDB_env, Close>;

  LmdbEnvironment(UniqueFd lock, Handle env) : lock_(std::move(lock)), env_(std::move(env)) {}

  Status configure(const LmdbIndexOptions& options);
  Status fill_truncated_file();
  Status open_rows();
  Result<TransactionHandle> begin(unsigned flags) const;
  Result<WriteTransaction> begin_write();

  UniqueFd lock_;  // declared first: released after the environment is closed
  Handle env_;
  MDB_dbi rows_ = 0;
};

}  // namespace larder::cache
