// A process of its own that reads a whole index, because reading a damaged one can kill the reader
// or take for ever. It is a program that is started (index_reader.h), never a fork of ours, whose
// locks other threads may hold. It is niced, has no descriptor of ours but 0 to 2, and ends when we
// do.
//
// Thread-safety: one thread at a time. Blocks: wait() for the whole reading; start() until the
// program is loaded; poll() not.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "cache/index_reader.h"
#include "cache/lmdb_index.h"

namespace larder::cache {

class IndexReading {
 public:
  using Access = IndexAccess;

  // Returns: io when the program cannot be started, which says nothing about the index.
  static Result<IndexReading> start(const IndexReaderProgram& program,
                                    const LmdbIndexOptions& options, Access access);

  IndexReading(IndexReading&& other) noexcept;
  IndexReading& operator=(IndexReading&&) = delete;
  ~IndexReading();  // ends the reader

  // Empty while it reads. Then ok; corrupt when rows are damaged or the reader died of them, or
  // worked on and on; another error when it could not read to the end, as when somebody killed it.
  std::optional<Status> poll();
  // The same, once it has ended. Returns: cancelled too, when told to stop.
  Status wait(const std::stop_token& stop = {});

 private:
  IndexReading(std::filesystem::path directory, pid_t reader, UniqueFd answer)
      : directory_(std::move(directory)), reader_(reader), answer_(std::move(answer)) {}

  Status judge(int wait_status) const;

  std::filesystem::path directory_;
  pid_t reader_;  // 0 when it has ended
  UniqueFd answer_;
};

}  // namespace larder::cache
