// The report of a check of the cache in plain words, and how far one is.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <string>

#include "cache/check_report.h"

namespace larder::cli {

// "31 of 120 blobs, 5.2 GiB"
std::string progress_text(const cache::CheckReport& report);

// A line for each finding (what, which, what was done), then one that sums up. What comes from the
// disk is printable in it, whatever it is called there.
std::string report_text(const cache::CheckReport& report);

// Whether nothing is left to be done: all was checked, and what was wrong is repaired.
bool is_clean(const cache::CheckReport& report);

}  // namespace larder::cli
