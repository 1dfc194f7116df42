#include "daemon/upstream/freshness.h"

#include <algorithm>
#include <utility>

#include "daemon/upstream/glob.h"

namespace larder::upstream {

bool tag_matches(std::string_view pattern, std::string_view full_name) {
  constexpr GlobRules kRules{[](char c) { return c != '/'; }, [](char) { return true; }, true};
  return glob_matches(pattern, full_name, kRules);
}

FreshnessRules::FreshnessRules(std::vector<FreshnessRule> rules) : rules_(std::move(rules)) {}

Freshness FreshnessRules::judge(const cache::TagName& name, const cache::TagRecord& record,
                                WallTime now) const {
  const auto full_name = name.str();
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const FreshnessRule& one) {
    return tag_matches(one.match, full_name);
  });
  if (rule == rules_.end()) return Freshness::stale;

  // A check in the future means that the clock was set back: nobody knows how old it is.
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - record.checked_at);
  if (age < std::chrono::milliseconds(0)) return Freshness::stale;
  if (age < rule->ttl) return Freshness::fresh;
  const bool servable = !rule->stale_for || age - rule->ttl <= *rule->stale_for;
  return servable ? Freshness::stale : Freshness::expired;
}

}  // namespace larder::upstream
