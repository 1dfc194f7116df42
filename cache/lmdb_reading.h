// A process of its own that reads a whole index, because reading a damaged one can kill the reader
// or take for ever. Its work is nobody's but its own: it is niced, sees no descriptor of ours, and
// ends when we do.
//
// Thread-safety: one thread at a time. Blocks: wait() for the whole reading, the others do not.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "cache/lmdb_index.h"

namespace larder::cache {

class IndexReading {
 public:
  // beside_us: this process has the index open, and may write to it. alone: nobody has.
  enum class Access { beside_us, alone };

  // Forks. Threads of the caller's process do not exist in the child, and it wants none of their
  // locks. Returns: io.
  static Result<IndexReading> start(const LmdbIndexOptions& options, Access access);

  IndexReading(IndexReading&& other) noexcept;
  IndexReading& operator=(IndexReading&&) = delete;
  ~IndexReading();  // ends the child

  // Empty while it reads. Then ok; corrupt when rows are damaged or the reader died of them; io
  // when it could not read to the end for another reason.
  std::optional<Status> poll();
  Status wait();

 private:
  IndexReading(std::filesystem::path directory, pid_t child, UniqueFd report)
      : directory_(std::move(directory)), child_(child), report_(std::move(report)) {}

  Status judge(int wait_status) const;

  std::filesystem::path directory_;
  pid_t child_;  // 0 when it has ended
  UniqueFd report_;
};

}  // namespace larder::cache
