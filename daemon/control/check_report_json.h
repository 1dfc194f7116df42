// The report of a check of the cache as JSON, for the control socket and --output json.
//
//   {"running": false, "started_at": "2026-01-02T03:04:05.678Z", "finished_at": "...",
//    "blobs_total": 10, "blobs_checked": 10, "bytes_checked": 4096,
//    "counts": {"orphan_file": 0, ...}, "unrepaired": 0,
//    "findings": [{"kind": "wrong_size", "name": "...", "detail": "...", "repaired": true}],
//    "error": ""}
//
// No report (there has been no check yet) has null for both times and zero for every number.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/check_report.h"

namespace larder::control {

std::string to_json(const std::optional<cache::CheckReport>& report);

// Returns: invalid when a field is missing or of another kind. Fields it does not know, of a later
// version, are passed over, and so are findings of kinds it does not know.
Result<std::optional<cache::CheckReport>> parse_check_report(std::string_view json);

}  // namespace larder::control
