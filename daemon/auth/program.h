// Runs a program that was asked for a credential: a docker credential helper, a kubelet credential
// provider plugin, an AWS credential_process.
//
// Thread-safety: any thread. Blocks: until the program ended, its deadline, or the stop.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::auth {

struct ProgramRun {
  std::string path;                      // absolute; never searched for
  std::vector<std::string> arguments;    // without the program's own name
  std::vector<std::string> environment;  // "NAME=value"; nothing else of ours is passed on
  std::string input;                     // its stdin
  MonoTime deadline;
  std::stop_token stop{};
  std::size_t output_bytes_max = 1 << 20;
};

struct ProgramOutput {
  int exit_status = 0;  // 128 + signal when a signal ended it
  std::string output;   // stdout: may be secret
  std::string errors;   // the first 1,024 bytes of stderr, printable: for a log line
};

// The program gets no descriptor of ours but its three, no signal mask, no terminal, a session and
// process group of its own. Once it has ended, or may not go on, what it started there is killed,
// and it is reaped before this returns; what others hold open is not waited for.
// Returns: not_found or denied when it cannot be started; timeout, cancelled; invalid when it says
// more than output_bytes_max, or for words that no program can be given; io when the system has no
// processes or pipes to give. A program that ends with a failure is an output like any other.
Result<ProgramOutput> run_program(const ProgramRun& run);

// "exit status 4: not logged in", of what it said to people. Without its stdout.
std::string failure_text(const ProgramOutput& output);

}  // namespace larder::auth
