// One event as one line of the log, without the newline at its end.
//
// Whatever the values hold, the result is one line: control characters are escaped, bytes that are
// not UTF-8 are replaced.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <string>

#include "daemon/log/log.h"

namespace larder::log {

struct Event {
  std::chrono::system_clock::time_point when;
  Level level;
  std::string_view name;
  std::span<const Field> fields;
};

// {"ts":"2026-01-15T08:30:00.123Z","level":"info","event":"request","status":200}
std::string json_line(const Event& event);

// 2026-01-15T08:30:00.123Z info request status=200 peer="a b"
std::string text_line(const Event& event);

// As in ts and as in level.
std::string timestamp(std::chrono::system_clock::time_point when);
std::string_view to_string(Level level);

}  // namespace larder::log
