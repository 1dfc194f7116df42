// Whether a request meets what a statement requires. decide() and explain() both ask here.
//
// A value with a variable that the request has no value for covers nothing. Where that would meet a
// negated requirement (NotResource, StringNotEquals), it does so only in a statement that denies:
// what is unknown never allows.
// Thread-safety: a function of its arguments. Blocks: no. It allocates nothing.
#pragma once

#include "daemon/auth/policy/policy.h"

namespace larder::policy {

bool is_met(const Policy& policy, const Requirement& requirement, const Facts& facts);

}  // namespace larder::policy
