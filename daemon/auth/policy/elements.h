// Whether one element of a statement covers a request. decide() and explain() both ask here.
//
// A value with a variable that the request has no value for covers nothing. Where that would make a
// negated element true (NotResource, StringNotEquals), it does so only in a statement that denies:
// what is unknown never allows.
// Thread-safety: functions of their arguments. Blocks: no. They allocate nothing.
#pragma once

#include "daemon/auth/policy/policy.h"

namespace larder::policy {

bool covers_action(const Statement& statement, const PolicyRequest& request);
bool covers_principal(const Policy& policy, const Statement& statement,
                      const PolicyRequest& request);
bool covers_resource(const Policy& policy, const Statement& statement,
                     const PolicyRequest& request);
bool is_met(const Policy& policy, const Condition& condition, Effect effect,
            const PolicyRequest& request);

}  // namespace larder::policy
