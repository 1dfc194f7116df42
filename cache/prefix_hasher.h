// Hashes the contiguous prefix of a blob as it grows, each byte once.
//
// Bytes that continue the prefix are hashed where they are, in the memory of the thread that
// brought them; bytes that came ahead of it are read back from the file once it reaches them. One
// thread at a time hashes; whoever finds another at it leaves, and that one goes on to the new end.
// Thread-safety: any thread. Blocks: on hashing and on reading the file back.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "cache/files.h"
#include "cache/hasher.h"
#include "cache/source.h"

namespace larder::cache {

class PrefixHasher {
 public:
  explicit PrefixHasher(DigestAlgorithm algorithm) : hasher_(algorithm) {}

  // Hashes up to prefix_of(), which never goes back and is asked again as long as others call.
  // `bytes` are those of `fresh`, already in `file`. Returns: io when the file cannot be read.
  Status advance(const File& file, const std::function<std::uint64_t()>& prefix_of, ByteRange fresh,
                 std::span<const std::byte> bytes);

  std::uint64_t hashed_bytes() const;
  // Of the bytes hashed so far. Requires: nobody hashes, and nobody will.
  Digest digest() const { return hasher_.digest(); }

  struct Copy {
    std::uint64_t hashed_bytes;
    Hasher hasher;
  };
  // Blocks: until nobody hashes.
  Copy copy();

 private:
  bool begin();
  bool finish();
  Result<std::uint64_t> hash_from_file(const File& file, std::uint64_t from, std::uint64_t until);
  void stand_at(std::uint64_t hashed);

  mutable Mutex mutex_;
  CondVar changed_;
  bool busy_ GUARDED_BY(mutex_) = false;   // one thread owns hasher_ while true
  bool again_ GUARDED_BY(mutex_) = false;  // somebody came meanwhile
  std::uint64_t hashed_bytes_ GUARDED_BY(mutex_) = 0;
  Hasher hasher_;
};

}  // namespace larder::cache
