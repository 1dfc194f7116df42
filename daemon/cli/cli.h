// The command line of `larder`.
//
// Thread-safety: call once, from main. Blocks: as long as the command runs.
#pragma once

namespace larder::cli {

// What the process ends with.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  // the world refused: a file, an address, the cache directory
inline constexpr int kExitInvalid = 2;  // what was given is wrong: arguments or config

// Runs the command that the arguments name. Results go to stdout, what went wrong to stderr.
// Returns: the exit status.
int run(int argc, char** argv);

}  // namespace larder::cli
