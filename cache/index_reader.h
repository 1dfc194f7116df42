// The program that reads a whole index: what it is told, what it does, and what it answers.
// IndexReading starts it; which executable it is, is for whoever wires the cache to say.
//
// Thread-safety: any thread; run_index_reader() from main, it changes the process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "cache/lmdb_index.h"

namespace larder::cache {

// An executable that calls run_index_reader(), and its first arguments. to_arguments() follow.
using IndexReaderProgram = std::vector<std::string>;

// beside_us: its parent has the index open, and may write to it. alone: nobody has.
enum class IndexAccess { beside_us, alone };

struct IndexReaderTask {
  LmdbIndexOptions index;
  IndexAccess access = IndexAccess::alone;
  pid_t parent = 0;  // it ends when this one does
};

std::vector<std::string> to_arguments(const IndexReaderTask& task);
// Nothing for anything that to_arguments() does not make.
std::optional<IndexReaderTask> parse_reader_arguments(std::span<const std::string> arguments);

// Reads the index and answers on stdout. Blocks: on disk, for the whole reading.
// Returns: the exit status, which says whether there is an answer.
int run_index_reader(std::span<const std::string> arguments);

inline constexpr std::size_t kReaderAnswerBytesMax = 1000;  // a pipe takes it at once
std::string to_reader_answer(const Status& found);
// What was found; io when it is no answer.
Status parse_reader_answer(std::string_view answer);

// Niced, no core file, killed by what is wrong with the index and by SIGXCPU after this much work.
// Waiting for a slow disk is no work.
void become_harmless(std::chrono::seconds cpu_time_max);

}  // namespace larder::cache
