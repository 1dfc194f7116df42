// A bounded pipe of bytes between a fetching thread and a reading one, with a gate: bytes beyond
// the gate wait until it opens.
//
// Thread-safety: one writer and one reader, each on its own thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"

namespace larder::cache {

class Pipe {
 public:
  // `begin`: the blob's offset of the first byte written. `capacity_bytes`: what may lie in the
  // pipe.
  Pipe(std::uint64_t begin, std::size_t capacity_bytes);

  // Writer. Blocks while the pipe is full. False: the reader is gone.
  bool write(std::span<const std::byte> bytes);
  // The size of the whole blob; the reader gets bytes before `gate` only, until open_gate().
  void tell_size(std::uint64_t blob_size, std::uint64_t gate);
  void open_gate();
  // No more bytes will come; the reader gets `error` once it has read what is there.
  void fail(Error error);

  // Reader. Blocks until `deadline` at most.
  Result<std::uint64_t> size_bytes(MonoTime deadline);
  // At most length_max bytes at `offset`, dropping what lies before it; valid until the next call.
  Result<std::span<const std::byte>> read(std::uint64_t offset, std::uint64_t length_max,
                                          MonoTime deadline);
  // Waits until a byte at `offset` is before the gate. Returns: where the gate is.
  Result<std::uint64_t> wait_gate(std::uint64_t offset, MonoTime deadline);
  void close();

 private:
  using Block = std::vector<std::byte>;

  void drop_before(std::uint64_t offset) REQUIRES(mutex_);

  const std::size_t capacity_bytes_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Block> blocks_ GUARDED_BY(mutex_);
  std::uint64_t begin_ GUARDED_BY(mutex_);  // of the first block
  std::uint64_t end_ GUARDED_BY(mutex_);    // of the last block
  std::uint64_t gate_ GUARDED_BY(mutex_) = 0;
  std::optional<std::uint64_t> blob_size_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::cache
