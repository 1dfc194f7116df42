// A program that runs as a child, in a session and process group of its own.
//
// Thread-safety: one thread at a time. Blocks: end() and the destructor, two seconds at most.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"

namespace larder::auth {

struct ChildStart {
  std::string path;                      // absolute
  std::vector<std::string> arguments;    // without the program's own name
  std::vector<std::string> environment;  // "NAME=value"
  std::array<int, 3> stdio;              // its 0, 1 and 2; each of ours is above 2
};

class ChildProcess {
 public:
  // It begins with the default signal actions, no signal blocked, no terminal, and no descriptor of
  // ours but the three. Returns: not_found or denied when there is no such program or it may not be
  // run; io otherwise.
  static Result<ChildProcess> start(const ChildStart& start);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  // A descriptor that is readable once the program has ended by itself or otherwise.
  int ended() const { return ended_.get(); }

  // Kills what is left of the process group and reaps it: the program, and, where we are process 1
  // of a container, what it left to us. Only what became another user's, or hangs in the kernel, is
  // not waited for. Returns the exit status, or 128 + the signal that ended it.
  int end();

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;  // 0 once it has been reaped
  UniqueFd ended_;
  int exit_status_ = 0;
};

}  // namespace larder::auth
