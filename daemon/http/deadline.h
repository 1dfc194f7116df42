// A moment that a wait must not pass, and the name by which it is reported when it does.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::http {

struct Deadline {
  MonoTime at;
  std::string_view name;  // a literal: "connect", "first byte", "stall", "total"

  bool passed() const { return std::chrono::steady_clock::now() >= at; }
  Error error() const { return {Errc::timeout, std::string(name) + " deadline passed"}; }
};

// `limit` from now, or the exchange's own end when that comes first.
inline Deadline deadline_in(Duration limit, std::string_view name, std::optional<MonoTime> total) {
  const MonoTime at = std::chrono::steady_clock::now() + limit;
  if (total && *total < at) return {*total, "total"};
  return {at, name};
}

}  // namespace larder::http
