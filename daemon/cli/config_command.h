// `larder config check` and `larder config show`, and how every command finds its config.
//
// Thread-safety: one thread at a time. Blocks: on disk and stdout.
#pragma once

#include <string>

#include "daemon/cli/output.h"
#include "daemon/config/config.h"

namespace larder::cli {

inline constexpr const char* kDefaultConfigFile = "/etc/larder/larder.yaml";

// A config and the file it came from; `file` is empty for the defaults.
struct FoundConfig {
  config::Config config;
  std::string file;
};

// The config of `file`, or of kDefaultConfigFile when `file` is empty; the defaults when that one
// does not exist.
// Returns: not_found when a named file does not exist; otherwise as config::load_config.
Result<FoundConfig> find_config(const std::string& file);

// Prints why a config cannot be used to stderr. Returns: the exit status for it.
int report_config_error(const Error& error);

// Whether `file` would be served. Returns: the exit status.
int check_config(const std::string& file, Output output);

// The effective config, without secrets. `file` may be empty, as for find_config.
int show_config(const std::string& file, Output output);

}  // namespace larder::cli
