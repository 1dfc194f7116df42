// What outlives a restart of an endpoint's health, as a small JSON text with wall times.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/renewal_facts.h"
#include "daemon/upstream/breaker.h"
#include "daemon/upstream/health_refusal.h"
#include "daemon/upstream/moment.h"
#include "daemon/upstream/quota.h"

namespace larder::upstream {

struct SavedHealth {
  std::string url;
  Breaker::Memory breaker;
  std::optional<Quota> quota{};
  std::optional<TokenPause> token_pause{};
  std::vector<auth::RenewalFacts> credentials{};  // read back, they are no longer held
};

// Of so many credentials it is saved when they end.
inline constexpr std::size_t kCredentialsSavedMax = 32;

// `now` is when it is saved.
std::string to_text(const SavedHealth& health, const Moment& now);

// What was saved, as it is `now`: the time since then is gone from each wait. A wall clock that was
// set back meanwhile counts as no time at all, so nothing lasts longer than it did when saved.
// Returns: invalid for anything but what to_text() gives.
Result<SavedHealth> parse_saved_health(const std::string& text, const Moment& now);

}  // namespace larder::upstream
