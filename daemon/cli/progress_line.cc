#include "daemon/cli/progress_line.h"

#include <unistd.h>

namespace larder::cli {

namespace {

constexpr char kClearLine[] = "\r\033[K";

}  // namespace

ProgressLine::~ProgressLine() {
  if (!is_drawn_) return;
  std::fputs(kClearLine, file_);
  std::fflush(file_);
}

void ProgressLine::show(const std::string& text) {
  const MonoTime now = std::chrono::steady_clock::now();
  if (!is_terminal_ || (is_drawn_ && now < next_)) return;
  next_ = now + kPause;
  is_drawn_ = true;
  std::fprintf(file_, "%s%s", kClearLine, text.c_str());
  std::fflush(file_);
}

bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace larder::cli
