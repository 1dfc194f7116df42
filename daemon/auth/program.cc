#include "daemon/auth/program.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "cache/base/unique_fd.h"
#include "daemon/auth/child_process.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/waiter.h"

namespace larder::auth {

namespace {

constexpr std::size_t kErrorBytesMax = 1024;
constexpr std::size_t kErrorBytesTold = 200;
constexpr int kReadsAfterEnd = 64;  // of up to 16 KiB: more than a pipe holds

struct Pipe {
  UniqueFd reads;
  UniqueFd writes;
};

// Above 2, where the program's own three are put, even in a process that began without them.
UniqueFd above_stdio(UniqueFd fd) {
  return fd.get() > STDERR_FILENO ? std::move(fd) : UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return Error{Errc::io, from_errno("pipe", errno).context};
  Pipe pipe{above_stdio(UniqueFd(ends[0])), above_stdio(UniqueFd(ends[1]))};
  if (!pipe.reads || !pipe.writes) return Error{Errc::io, from_errno("pipe", errno).context};
  return pipe;
}

bool set_nonblocking(const UniqueFd& fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  return flags >= 0 && ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) == 0;
}

// What the program is told. Both ends stay open until all is said: a pipe that we could read
// ourselves raises no SIGPIPE when the program does not want to.
class Telling {
 public:
  Telling(Pipe pipe, std::string_view text) : pipe_(std::move(pipe)), left_(text) { tell(); }

  int fd() const { return pipe_.writes.get(); }
  void tell() {
    const auto written = left_.empty() ? 0 : ::write(fd(), left_.data(), left_.size());
    if (written > 0) left_.remove_prefix(static_cast<std::size_t>(written));
    if (left_.empty()) pipe_ = {};
  }

 private:
  Pipe pipe_;
  std::string_view left_;
};

// What the program says: its first bytes are kept, the others only counted.
class Hearing {
 public:
  Hearing(UniqueFd fd, std::size_t bytes_max) : fd_(std::move(fd)), bytes_max_(bytes_max) {}

  int fd() const { return fd_.get(); }
  bool is_too_much() const { return is_too_much_; }
  std::string& text() { return text_; }
  // False when there is nothing to read now.
  bool hear() {
    std::array<char, 16 * 1024> part;
    const auto size = fd_ ? ::read(fd_.get(), part.data(), part.size()) : -1;
    if (size == 0) fd_.reset();
    if (size <= 0) return false;
    const auto heard = static_cast<std::size_t>(size);
    const auto kept = std::min(heard, bytes_max_ - text_.size());
    text_.append(part.data(), kept);
    is_too_much_ = is_too_much_ || kept < heard;
    return true;
  }
  // What was said before the program ended; others may hold the pipe open for longer.
  void hear_rest() {
    for (int reads = 0; reads < kReadsAfterEnd && hear(); ++reads) {
    }
  }

 private:
  UniqueFd fd_;
  const std::size_t bytes_max_;
  std::string text_;
  bool is_too_much_ = false;
};

Error too_much(const ProgramRun& run) {
  return {Errc::invalid, "more than " + std::to_string(run.output_bytes_max) + " bytes of output"};
}

struct Conversation {
  Telling input;
  Hearing output;
  Hearing errors;
};

Status talk_until_end(const ProgramRun& run, const ChildProcess& child, Conversation& talk) {
  http::Waiter waiter(run.stop);
  while (true) {
    std::array<pollfd, 4> polled{{{talk.input.fd(), POLLOUT, 0},
                                  {talk.output.fd(), POLLIN, 0},
                                  {talk.errors.fd(), POLLIN, 0},
                                  {child.ended(), POLLIN, 0}}};
    if (auto woken = waiter.wait(polled, {run.deadline, "program"}); !woken) return woken;
    if (polled[0].revents != 0) talk.input.tell();
    if (polled[1].revents != 0) talk.output.hear();
    if (polled[2].revents != 0) talk.errors.hear();
    if (talk.output.is_too_much()) return too_much(run);
    if (polled[3].revents != 0) return {};
  }
}

bool has_nul(const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const auto& text) { return text.find('\0') != std::string::npos; });
}

Status check(const ProgramRun& run) {
  if (!run.path.starts_with('/')) return Error{Errc::invalid, "not an absolute path"};
  if (has_nul({run.path}) || has_nul(run.arguments) || has_nul(run.environment)) {
    return Error{Errc::invalid, "a path, argument or variable with a zero byte"};
  }
  if (run.stop.stop_requested()) return Error{Errc::cancelled, "stopped"};
  if (run.deadline <= std::chrono::steady_clock::now()) {
    return Error{Errc::timeout, "program deadline passed"};
  }
  return {};
}

Result<ProgramOutput> run_checked(const ProgramRun& run) {
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  for (const auto* pipe : {&input, &output, &errors}) {
    if (!*pipe) return pipe->error();
  }
  if (!set_nonblocking(input->writes) || !set_nonblocking(output->reads) ||
      !set_nonblocking(errors->reads)) {
    return Error{Errc::io, "a pipe that cannot be set not to block"};
  }
  auto child =
      ChildProcess::start({run.path,
                           run.arguments,
                           run.environment,
                           {input->reads.get(), output->writes.get(), errors->writes.get()}});
  if (!child) return child.error();
  output->writes.reset();
  errors->writes.reset();

  Conversation talk{{*std::move(input), run.input},
                    {std::move(output->reads), run.output_bytes_max},
                    {std::move(errors->reads), kErrorBytesMax}};
  if (auto ended = talk_until_end(run, *child, talk); !ended) return ended.error();
  const int exit_status = child->end();
  talk.output.hear_rest();
  talk.errors.hear_rest();
  if (talk.output.is_too_much()) return too_much(run);
  return ProgramOutput{exit_status, std::move(talk.output.text()),
                       printable(talk.errors.text(), kErrorBytesMax)};
}

}  // namespace

Result<ProgramOutput> run_program(const ProgramRun& run) {
  Status fit = check(run);
  auto output = fit ? run_checked(run) : Result<ProgramOutput>(fit.error());
  if (!output) return in_context("run " + run.path, output.error());
  return output;
}

std::string failure_text(const ProgramOutput& output) {
  const std::string status = "exit status " + std::to_string(output.exit_status);
  if (output.errors.empty()) return status;
  return status + ": " + output.errors.substr(0, kErrorBytesTold);
}

}  // namespace larder::auth
