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

namespace {

using std::chrono::milliseconds;

// A list is of the repository, whatever page of it.
std::string matched_name(const cache::TagName& name) {
  return name.is_list() ? cache::TagName{name.upstream, name.repository, ""}.str() : name.str();
}

milliseconds age(WallTime since, WallTime now) {
  return std::chrono::duration_cast<milliseconds>(now - since);
}

}  // namespace

FreshnessVerdict FreshnessRules::judge(const cache::TagName& name, const cache::TagRecord& record,
                                       WallTime now) const {
  const auto full_name = matched_name(name);
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const FreshnessRule& one) {
    return tag_matches(one.match, full_name);
  });
  if (rule == rules_.end()) return {};

  const milliseconds asked = age(std::max(record.checked_at, record.gone_at), now);
  FreshnessVerdict verdict{Freshness::stale, rule->ttl - asked, std::nullopt, &*rule};
  // An answer from the future means that the clock was set back: nobody knows how old it is.
  if (asked < milliseconds(0)) {
    verdict.ttl_left = milliseconds(0);
    return verdict;
  }
  if (rule->stale_for) {
    // In two steps: ttl and stale_for together may be more than there is.
    verdict.servable_left = *rule->stale_for - (age(record.checked_at, now) - rule->ttl);
  }
  const bool servable =
      !rule->stale_for || age(record.checked_at, now) - rule->ttl <= *rule->stale_for;
  if (!servable)
    verdict.freshness = Freshness::expired;
  else if (asked < rule->ttl)
    verdict.freshness = Freshness::fresh;
  return verdict;
}

}  // namespace larder::upstream
