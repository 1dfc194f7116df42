// What every program that is asked for a credential gets: its environment and its time.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/credential.h"

namespace larder::auth {

// `configured` ("NAME=value"), and PATH and HOME where it has none: the system's folders, and ours.
std::vector<std::string> clean_environment(std::vector<std::string> configured);

// The question's own, but 30 s at most from now.
MonoTime program_deadline(const CredentialQuestion& question, const Clock& clock);

}  // namespace larder::auth
