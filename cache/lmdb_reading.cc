#include "cache/lmdb_reading.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

namespace larder::cache {

namespace {

// Returns: 0 or an errno. Locks of ours hang on descriptors, so none but 0 to 2 goes along, and 1
// is where the answer goes. It does not wait behind the signals that our threads leave to main.
int spawn(std::vector<std::string> command, int answer, pid_t& reader) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  sigset_t no_signals;
  ::sigemptyset(&no_signals);

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_setsigmask(&attributes, &no_signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  int error = ::posix_spawn_file_actions_adddup2(&actions, answer, STDOUT_FILENO);
  if (error == 0) error = ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  if (error == 0) {
    error = ::posix_spawn(&reader, words[0], &actions, &attributes, words.data(), environ);
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

// What the reader does to itself when the index is damaged. Any other signal came from somebody.
bool is_of_damage(int signal) {
  constexpr std::array kOfDamage{SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
  return std::find(kOfDamage.begin(), kOfDamage.end(), signal) != kOfDamage.end();
}

}  // namespace

Result<IndexReading> IndexReading::start(const IndexReaderProgram& program,
                                         const LmdbIndexOptions& options, Access access) {
  CHECK(!program.empty());
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return from_errno("index: pipe", errno);
  UniqueFd answer(ends[0]);
  const UniqueFd readers_end(ends[1]);

  std::vector<std::string> command = program;
  for (std::string& argument : to_arguments({options, access, ::getpid()})) {
    command.push_back(std::move(argument));
  }
  pid_t reader = 0;
  const int error = spawn(std::move(command), readers_end.get(), reader);
  // Always io: a program that is not found is no index that is not found.
  if (error != 0) return Error{Errc::io, from_errno("index: start " + program[0], error).context};
  return IndexReading(options.directory, reader, std::move(answer));
}

IndexReading::IndexReading(IndexReading&& other) noexcept
    : directory_(std::move(other.directory_)),
      reader_(std::exchange(other.reader_, 0)),
      answer_(std::move(other.answer_)) {}

IndexReading::~IndexReading() {
  if (reader_ == 0) return;
  ::kill(reader_, SIGKILL);
  while (::waitpid(reader_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<Status> IndexReading::poll() {
  CHECK(reader_ != 0);
  int status = 0;
  const pid_t ended = ::waitpid(reader_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  reader_ = 0;
  if (ended < 0) return from_errno("index: wait for the reader", errno);
  return judge(status);
}

Status IndexReading::wait(const std::stop_token& stop) {
  CHECK(reader_ != 0);
  {
    // While it may be killed its end is seen, but not taken: its id must not become another's.
    const std::stop_callback kill(stop, [this] { ::kill(reader_, SIGKILL); });
    siginfo_t info;
    while (::waitid(P_PID, static_cast<id_t>(reader_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
  }
  std::optional<Status> ended = poll();
  while (!ended) ended = poll();
  if (stop.stop_requested()) {
    return Error{Errc::cancelled, directory_.string() + ": index: told to stop reading"};
  }
  return *std::move(ended);
}

Status IndexReading::judge(int wait_status) const {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return Error{
        is_of_damage(signal) ? Errc::corrupt : Errc::io,
        directory_.string() + ": index: its reader was ended by signal " + std::to_string(signal)};
  }
  std::array<char, kReaderAnswerBytesMax> text{};
  const ssize_t size = ::read(answer_.get(), text.data(), text.size());
  const Status found =
      parse_reader_answer({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  return found ? found : in_context(directory_.string(), found.error());
}

}  // namespace larder::cache
