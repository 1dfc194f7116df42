#include "daemon/auth/policy/action.h"

#include <array>

#include "daemon/auth/policy/pattern.h"
#include "daemon/auth/policy/request.h"
#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

constexpr std::string_view kPrefix = "registry:";

constexpr std::array<std::string_view, kActionCount> kActionNames{
    "registry:Pull", "registry:List", "registry:Referrers", "registry:Push", "registry:Delete"};

}  // namespace

std::string_view to_string(Action action) {
  return kActionNames.at(static_cast<std::size_t>(action));
}

std::string names_of(ActionSet actions) {
  std::string names;
  for (std::size_t i = 0; i < kActionCount; ++i) {
    if ((actions >> i & 1U) == 0) continue;
    names.append(names.empty() ? "" : ", ").append(kActionNames[i]);
  }
  return names;
}

ActionSet actions_named(std::string_view pattern) {
  const auto text = parse_pattern(
      pattern, {.wildcards = true, .variables = Variables::not_here, .ignores_case = true});
  if (!text.ok()) return 0;
  Patterns patterns;
  const Range only{patterns.add(*text), 1};
  const PolicyRequest nobody;
  const Facts none(nobody);
  unsigned actions = 0;
  for (std::size_t i = 0; i < kActionCount; ++i) {
    if (patterns.match(only, kActionNames[i], none) == Match::yes) actions |= 1U << i;
  }
  return static_cast<ActionSet>(actions);
}

std::optional<Action> find_action(std::string_view name) {
  for (std::size_t i = 0; i < kActionCount; ++i) {
    if (http::equals_ignoring_case(name, kActionNames[i]) ||
        http::equals_ignoring_case(name, kActionNames[i].substr(kPrefix.size()))) {
      return static_cast<Action>(i);
    }
  }
  return std::nullopt;
}

}  // namespace larder::policy
