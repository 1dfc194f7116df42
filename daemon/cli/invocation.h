// What the arguments say: the command that was named, and what it was given.
//
// Options are read into it while the arguments are parsed, and the command runs after that, so it
// must outlive both. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/cli/fsck_command.h"
#include "daemon/cli/image_command.h"
#include "daemon/cli/output.h"
#include "daemon/cli/pin_command.h"
#include "daemon/cli/policy_command.h"
#include "daemon/cli/scrub_command.h"
#include "daemon/cli/token_command.h"

namespace larder::cli {

struct Invocation {
  std::function<int()> command;  // empty: none was named
  std::string file;
  Output output = Output::text;
  ScrubOptions scrub;
  FsckCommandOptions fsck;
  PinOptions pin;
  PolicyOptions policy;
  ImageOptions image;
  TokenOptions token;
  std::vector<std::string> index_reader_arguments;
};

}  // namespace larder::cli
