// `larder` as a user meets it, in this process: arguments in, text and exit status out. For tests
// that link daemon_cli.
//
// Thread-safety: one thread at a time. Blocks: as long as the command runs.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/cli.h"

namespace larder::testing {

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

inline Outcome run_larder(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "larder");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = cli::run(static_cast<int>(argv.size()), argv.data());
  std::string out = ::testing::internal::GetCapturedStdout();
  return {status, std::move(out), ::testing::internal::GetCapturedStderr()};
}

}  // namespace larder::testing
