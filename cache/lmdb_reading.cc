#include "cache/lmdb_reading.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "cache/lmdb_check.h"
#include "cache/lmdb_environment.h"

namespace larder::cache {

namespace {

constexpr std::size_t kReportBytesMax = 1000;  // a pipe takes it at once
constexpr int kTriesMax = 100;  // writers were faster than the look at the first page
constexpr int kExitGood = 0;
constexpr int kExitTold = 1;

// What a slow disk needs, and then some: damage that makes a loop of pages must have an end.
unsigned seconds_max(const std::filesystem::path& directory) {
  constexpr std::uintmax_t kBytesPerSecond = 1 << 20;
  constexpr std::uintmax_t kSecondsMin = 60;
  constexpr std::uintmax_t kSecondsMax = 3600;
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(directory / "data.mdb", error);
  const std::uintmax_t reading = error ? 0 : bytes / kBytesPerSecond;
  return static_cast<unsigned>(std::min(kSecondsMin + reading, kSecondsMax));
}

// Locks of our other processes hang on descriptors: none must stay open in the child.
void close_all_but(int kept) {
  ::close_range(3, static_cast<unsigned>(kept) - 1, 0);
  ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
}

void become_harmless(unsigned seconds) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM}) {
    ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::setpriority(PRIO_PROCESS, 0, 10);
  ::alarm(seconds);
}

Status read_all(const LmdbIndexOptions& options, IndexReading::Access access, pid_t parent) {
  const Result<std::unique_ptr<LmdbEnvironment>> environment = LmdbEnvironment::open(
      options, access == IndexReading::Access::alone ? LmdbEnvironment::Access::read_only_still
                                                     : LmdbEnvironment::Access::read_only);
  if (!environment) return environment.error();
  const auto go_on = [parent] { return ::getppid() == parent; };
  Status good = check_all_rows(**environment, go_on);
  for (int again = 0; !good && good.error().code == Errc::busy && again < kTriesMax; ++again) {
    good = check_all_rows(**environment, go_on);
  }
  return good;
}

[[noreturn]] void live_as_child(const LmdbIndexOptions& options, IndexReading::Access access,
                                pid_t parent, int report) {
  become_harmless(seconds_max(options.directory));
  close_all_but(report);
  const Status good = read_all(options, access, parent);
  if (good) ::_exit(kExitGood);
  std::string text(1, static_cast<char>(good.error().code));
  text.append(good.error().context, 0, kReportBytesMax - 1);
  (void)!::write(report, text.data(), text.size());
  ::_exit(kExitTold);
}

bool kills_a_reader(int signal) {
  constexpr std::array kFatal{SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM};
  return std::find(kFatal.begin(), kFatal.end(), signal) != kFatal.end();
}

}  // namespace

Result<IndexReading> IndexReading::start(const LmdbIndexOptions& options, Access access) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return from_errno("index: pipe", errno);
  UniqueFd report(ends[0]);
  UniqueFd childs_end(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return from_errno("index: fork", errno);
  if (child == 0) live_as_child(options, access, parent, childs_end.get());
  return IndexReading(options.directory, child, std::move(report));
}

IndexReading::IndexReading(IndexReading&& other) noexcept
    : directory_(std::move(other.directory_)),
      child_(std::exchange(other.child_, 0)),
      report_(std::move(other.report_)) {}

IndexReading::~IndexReading() {
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<Status> IndexReading::poll() {
  CHECK(child_ != 0);
  int status = 0;
  const pid_t ended = ::waitpid(child_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  child_ = 0;
  if (ended < 0) return from_errno("index: wait for the reader", errno);
  return judge(status);
}

Status IndexReading::wait() {
  CHECK(child_ != 0);
  int status = 0;
  pid_t ended = -1;
  do {
    ended = ::waitpid(child_, &status, 0);
  } while (ended < 0 && errno == EINTR);
  child_ = 0;
  if (ended < 0) return from_errno("index: wait for the reader", errno);
  return judge(status);
}

Status IndexReading::judge(int wait_status) const {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return Error{
        kills_a_reader(signal) ? Errc::corrupt : Errc::io,
        directory_.string() + ": index: its reader was killed by signal " + std::to_string(signal)};
  }
  if (WEXITSTATUS(wait_status) == kExitGood) return {};
  std::array<char, kReportBytesMax> text{};
  const ssize_t size = ::read(report_.get(), text.data(), text.size());
  if (size < 1) return Error{Errc::io, directory_.string() + ": index: its reader said nothing"};
  return Error{static_cast<Errc>(text[0]),
               directory_.string() + ": " +
                   std::string(text.data() + 1, static_cast<std::size_t>(size) - 1)};
}

}  // namespace larder::cache
