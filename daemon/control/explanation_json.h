// An explanation, and the report of a refresh, as the control socket sends them
// (docs/operations.md).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include "daemon/control/json_messages.h"
#include "daemon/registry/explanation.h"
#include "daemon/registry/refresher.h"

namespace larder::control {

Json to_json(const registry::Explanation& explanation);
Json to_json(const registry::RefreshReport& report);

}  // namespace larder::control
