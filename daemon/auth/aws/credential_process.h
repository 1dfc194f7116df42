// Keys that a program prints: credential_process of a profile.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/program.h"

namespace larder::aws {

// auth::run_program in the daemon.
using RunProgram = std::function<Result<auth::ProgramOutput>(const auth::ProgramRun&)>;

// The words of a command as a shell splits them: by white space, with quotes and backslashes;
// nothing is expanded. Returns: invalid for a quote that does not end, and for no words at all.
Result<std::vector<std::string>> split_command(std::string_view command);

// Runs `command`, whose first word has to be an absolute path, with PATH, HOME and what AWS's own
// programs look for in the environment; nothing else of ours.
// Returns: invalid for a command that cannot be run or output that is no keys; denied when the
// program fails; as run_program else.
// Thread-safety: as `run` is. Blocks: until the program has ended, or the patience's deadline.
Result<Keys> keys_of_process(const std::string& command, const Environment& environment,
                             const RunProgram& run, const Patience& patience);

}  // namespace larder::aws
