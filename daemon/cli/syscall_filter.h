// A seccomp filter: system calls that neither Larder nor a credential plugin ever needs are denied
// with EPERM, so that somebody who got into the process gets no further with them.
//
// It lists what is denied, not what is allowed: plugins are programs of others, and the C library
// takes to new calls. What is left is for the container's own profile to narrow.
#pragma once

#include "cache/base/result.h"

namespace larder::cli {

// For this thread, those it starts and programs they start from now on; for good.
// Returns: denied or io where the kernel takes no filter, for instance without no_new_privs.
Status forbid_system_calls();

}  // namespace larder::cli
