#include "daemon/access/probe_limits.h"

#include <algorithm>

namespace larder::access {

namespace {

// "[2001:db8::1]:51324" has colons of its own before the last.
std::string_view address_of(std::string_view peer) {
  return peer.substr(0, peer.rfind(':'));
}

}  // namespace

bool ProbeLimits::may_ask(std::string_view peer) const {
  MutexLock lock(mutex_);
  const auto window = windows_.find(address_of(peer));
  return window == windows_.end() || window->second.end <= clock_.now() ||
         window->second.refusals < kRefusalsMax;
}

void ProbeLimits::note_refused(std::string_view peer) {
  const auto now = clock_.now();
  const std::string address(address_of(peer));
  MutexLock lock(mutex_);
  if (windows_.size() >= kAddressesMax && windows_.count(address) == 0) make_room(now);
  Window& window = windows_[address];
  if (window.end <= now) window = {now + kWindow, 0};
  ++window.refusals;
}

// Those that are over go; when none is, the one that is next.
void ProbeLimits::make_room(MonoTime now) {
  std::erase_if(windows_, [&](const auto& one) { return one.second.end <= now; });
  if (windows_.size() < kAddressesMax) return;
  windows_.erase(
      std::min_element(windows_.begin(), windows_.end(),
                       [](const auto& a, const auto& b) { return a.second.end < b.second.end; }));
}

}  // namespace larder::access
