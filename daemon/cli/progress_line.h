// One line on a terminal that is drawn over and over, and gone at the end; nothing elsewhere.
//
// Thread-safety: one thread at a time. Blocks: on the terminal.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "cache/base/clock.h"

namespace larder::cli {

class ProgressLine {
 public:
  // Draws on `file`, which must outlive this, when `is_terminal`.
  ProgressLine(std::FILE* file, bool is_terminal) : file_(file), is_terminal_(is_terminal) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // At most ten times a second: what comes faster is left out. `text` has no line break.
  void show(const std::string& text);

 private:
  static constexpr std::chrono::milliseconds kPause{100};

  std::FILE* const file_;
  const bool is_terminal_;
  MonoTime next_;
  bool is_drawn_ = false;
};

// On stderr, when that is a terminal.
bool stderr_is_terminal();

}  // namespace larder::cli
