// The bytes of a file: as its readers see them, and as they survive a power loss.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "tests/support/random.h"

namespace larder::testing {

class MemoryNode {
 public:
  const std::string& bytes() const { return bytes_; }
  // What it takes on disk: the blocks that were written, without the holes.
  std::uint64_t disk_bytes() const;

  void truncate();
  void write(std::uint64_t offset, std::span<const std::byte> bytes);

  void sync();
  // What a failed fsync(2) does on Linux: pages that were not lasting stay readable, but no later
  // sync() saves them unless they are written again.
  void sync_failed();

  // Leaves what sync() made lasting.
  void lose_power();
  // Leaves that, and of the pages written since some, and the new size or the old one.
  void lose_power_partly(Random& random);

 private:
  void survive(std::string bytes);
  std::size_t pages() const;
  std::string page(const std::string& bytes, std::size_t number) const;

  // Small, as the files of tests are.
  static constexpr std::size_t kPageBytes = 16;

  std::string bytes_;
  std::string lasting_;
  std::set<std::size_t> dropped_;        // pages a failed sync gave up
  std::set<std::uint64_t> disk_blocks_;  // by number
};

}  // namespace larder::testing
