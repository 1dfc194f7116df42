// Programs named docker-credential-*, which keep registries' credentials
// (github.com/docker/docker-credential-helpers).
//
// Thread-safety: functions of their arguments. Blocks: ask_credential_helper() on the program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/program.h"

namespace larder::auth {

struct CredentialHelpers {
  std::vector<std::filesystem::path> directories;  // absolute; the first that has it
  std::vector<std::string> environment;            // "NAME=value", besides PATH and HOME
};

// Asks docker-credential-`name` for what it keeps under `registry`. Nothing: it has none.
// Returns: invalid when `name` is no plain name; not_found when no directory has such a program;
// upstream_down when it fails or makes no sense; else as run_program.
Result<std::optional<Credential>> ask_credential_helper(const CredentialHelpers& helpers,
                                                        const std::string& name,
                                                        const std::string& registry,
                                                        const CredentialQuestion& question,
                                                        const Clock& clock);

// What a helper said to "get". The username "<token>" stands for an identity token.
Result<std::optional<Credential>> parse_helper_answer(const ProgramOutput& answer);

}  // namespace larder::auth
