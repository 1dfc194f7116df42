// How long a tag is believed, and how long an old one may be served: the first rule that matches.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/index.h"

namespace larder::upstream {

struct FreshnessRule {
  std::string match;  // glob over "upstream/repository:tag"; * within a component, ** across
  std::chrono::milliseconds ttl{};
  std::optional<std::chrono::milliseconds> stale_for;  // beyond the ttl; empty: for ever
};

bool tag_matches(std::string_view pattern, std::string_view full_name);

enum class Freshness {
  fresh,    // serve without asking
  stale,    // ask; serve if nobody answers
  expired,  // ask; too old to be served otherwise
};

// What the rules say of a tag at a moment.
struct Verdict {
  Freshness freshness = Freshness::stale;
  std::chrono::milliseconds ttl_left{};  // negative: past it
  // How much longer it may be served if nobody confirms it; empty: for ever.
  std::optional<std::chrono::milliseconds> servable_left;
  const FreshnessRule* rule = nullptr;  // the one that matched; lives as long as the rules
};

// Thread-safety: any thread. Blocks: no.
class FreshnessRules {
 public:
  explicit FreshnessRules(std::vector<FreshnessRule> rules);

  // A tag that no rule matches is always stale and may always be served. The ttl counts from the
  // last definite answer, that the tag is gone included; stale_for from the end of the ttl after
  // the last time it was there.
  Verdict judge(const cache::TagName& name, const cache::TagRecord& record, WallTime now) const;

 private:
  std::vector<FreshnessRule> rules_;
};

}  // namespace larder::upstream
