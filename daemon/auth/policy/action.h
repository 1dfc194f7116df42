// What somebody may do with a repository: the actions that policies name.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

enum class Action : std::uint8_t {
  pull,       // manifests and blobs
  list,       // the tags of a repository
  referrers,  // what refers to a digest
  push,
  remove,
};

inline constexpr std::size_t kActionCount = 5;

using ActionSet = std::uint8_t;  // a bit for each Action
inline constexpr ActionSet kEveryAction = (1U << kActionCount) - 1;

constexpr ActionSet set_of(Action action) {
  return static_cast<ActionSet>(1U << static_cast<unsigned>(action));
}

// "registry:Pull".
std::string_view to_string(Action action);

// "registry:Pull, registry:List".
std::string names_of(ActionSet actions);

// What a policy's text names: "registry:Pull", "registry:*", in whatever case. Empty when that is
// no action at all.
ActionSet actions_named(std::string_view pattern);

// One action, with or without "registry:" in front, in whatever case.
std::optional<Action> find_action(std::string_view name);

}  // namespace larder::policy
