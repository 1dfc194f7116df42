#include "cache/index_reader.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cache/lmdb_check.h"
#include "cache/lmdb_environment.h"

namespace larder::cache {

namespace {

constexpr int kTriesMax = 100;  // writers were faster than the look at the first page
constexpr int kExitAnswered = 0;
constexpr int kExitInvalid = 2;
constexpr std::string_view kGood = "good";
constexpr std::string_view kBesideUs = "beside";
constexpr std::string_view kAlone = "alone";

// Many times what it needs: damage that makes a loop of pages must have an end.
std::chrono::seconds cpu_time_max(const std::filesystem::path& directory) {
  constexpr std::uintmax_t kBytesPerSecond = 4 << 20;
  constexpr std::uintmax_t kSecondsMin = 60;
  constexpr std::uintmax_t kSecondsMax = 3600;
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(directory / "data.mdb", error);
  const std::uintmax_t reading = error ? 0 : bytes / kBytesPerSecond;
  return std::chrono::seconds(std::min(kSecondsMin + reading, kSecondsMax));
}

Status read_all(const IndexReaderTask& task) {
  const Result<std::unique_ptr<LmdbEnvironment>> environment = LmdbEnvironment::open(
      task.index, task.access == IndexAccess::alone ? LmdbEnvironment::Access::read_only_still
                                                    : LmdbEnvironment::Access::read_only);
  if (!environment) return environment.error();
  const auto go_on = [&task] { return ::getppid() == task.parent; };
  Status good = check_all_rows(**environment, go_on);
  for (int again = 0; !good && good.error().code == Errc::busy && again < kTriesMax; ++again) {
    good = check_all_rows(**environment, go_on);
  }
  return good;
}

template <class Number>
bool parse_number(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped_at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped_at == end;
}

}  // namespace

std::vector<std::string> to_arguments(const IndexReaderTask& task) {
  return {task.index.directory.string(), std::to_string(task.index.map_bytes),
          std::to_string(task.index.readers_max),
          std::string(task.access == IndexAccess::alone ? kAlone : kBesideUs),
          std::to_string(task.parent)};
}

std::optional<IndexReaderTask> parse_reader_arguments(std::span<const std::string> arguments) {
  if (arguments.size() != 5 || arguments[0].empty()) return std::nullopt;
  IndexReaderTask task;
  task.index.directory = arguments[0];
  if (!parse_number(arguments[1], task.index.map_bytes)) return std::nullopt;
  if (!parse_number(arguments[2], task.index.readers_max)) return std::nullopt;
  if (arguments[3] != kAlone && arguments[3] != kBesideUs) return std::nullopt;
  task.access = arguments[3] == kAlone ? IndexAccess::alone : IndexAccess::beside_us;
  if (!parse_number(arguments[4], task.parent)) return std::nullopt;
  return task;
}

int run_index_reader(std::span<const std::string> arguments) {
  const std::optional<IndexReaderTask> task = parse_reader_arguments(arguments);
  if (!task) {
    std::fputs("the index reader is started by larder, not by hand\n", stderr);
    return kExitInvalid;
  }
  become_harmless(cpu_time_max(task->index.directory));
  const std::string answer = to_reader_answer(read_all(*task));
  (void)!::write(STDOUT_FILENO, answer.data(), answer.size());
  return kExitAnswered;
}

std::string to_reader_answer(const Status& found) {
  if (found) return std::string(kGood);
  std::string answer = describe(found.error());
  answer.resize(std::min(answer.size(), kReaderAnswerBytesMax));
  return answer;
}

Status parse_reader_answer(std::string_view answer) {
  if (answer == kGood) return {};
  for (int number = 0; number <= static_cast<int>(Errc::io); ++number) {
    const auto code = static_cast<Errc>(number);
    const std::string begin = describe(Error{code, ""});
    if (answer.starts_with(begin)) return Error{code, std::string(answer.substr(begin.size()))};
  }
  return Error{Errc::io, "index: its reader gave no answer"};
}

void become_harmless(std::chrono::seconds cpu_time_max) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGTERM}) {
    ::signal(signal, SIG_DFL);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const auto seconds = static_cast<rlim_t>(cpu_time_max.count());
  const rlimit limited{seconds, seconds + 1};
  ::setrlimit(RLIMIT_CPU, &limited);
  ::setpriority(PRIO_PROCESS, 0, 10);
}

}  // namespace larder::cache
