// Decides which calls of a MemoryFiles fail, and when the process that makes them is dead.
//
// Thread-safety: one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "cache/base/result.h"
#include "tests/support/random.h"

namespace larder::testing {

enum class FileCall {
  create,
  open_read,
  open_write,
  read,
  write,
  sync,
  size,
  make_read_only,
  rename,
  remove,
  sync_directory,
  make_directories,
  list,
  space,
};
inline constexpr std::size_t kFileCalls = 14;

std::string_view to_string(FileCall call);
// Whether the call changes something on disk.
bool is_change(FileCall call);

class FileFaults {
 public:
  struct Failure {
    Errc code;
    unsigned done_per_mille = 500;  // of a write: how much of it was written before it failed
  };

  explicit FileFaults(Random random) : random_(random) {}

  void fail(FileCall call, Errc code, std::size_t nth);
  void fail_always(FileCall call, Errc code);
  void fail_at_random(FileCall call, Errc code, unsigned per_mille);
  void die_after(std::size_t changes) { changes_left_ = changes; }
  void mend();

  // Counts a call. Returns: how it is to fail, if it is.
  std::optional<Failure> enter(FileCall call);

  bool is_dead() const { return changes_left_ == 0U; }
  std::size_t calls(FileCall call) const { return calls_[static_cast<std::size_t>(call)]; }
  std::size_t changes() const { return changes_; }

 private:
  struct Fault {
    Errc code;
    std::size_t nth;  // 0: always
  };

  std::optional<Failure> take_fault(FileCall call);
  std::optional<Failure> draw(FileCall call);

  Random random_;
  std::map<FileCall, Fault> faults_;
  std::map<std::pair<FileCall, Errc>, unsigned> odds_;  // per mille
  std::array<std::size_t, kFileCalls> calls_{};
  std::size_t changes_ = 0;
  std::optional<std::size_t> changes_left_;
};

}  // namespace larder::testing
