#include "daemon/auth/tokens/access.h"

#include <algorithm>
#include <utility>

#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kScopeBytesMax = 8 * 1024;
constexpr std::size_t kResourcesMax = 64;
constexpr std::size_t kTypeBytesMax = 32;
constexpr std::size_t kNameBytesMax = 512;
constexpr std::size_t kActionsMax = 16;
constexpr std::size_t kActionBytesMax = 32;

Error malformed_access(const char* what) {
  return {Errc::invalid, std::string("scope: ") + what};
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_name_char(char c) {
  return http::is_alnum(c) || std::string_view("._-/:@[]").find(c) != std::string_view::npos;
}

bool is_word(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || c == '-'; });
}

// The text before `separator`, which is taken off with it; all of it when there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

Status parse_type(std::string_view text, Access& access) {
  const auto open = text.find('(');
  const auto type = text.substr(0, open);
  if (!is_word(type, kTypeBytesMax)) return malformed_access("a type that is none");
  access.type = type;
  if (open == std::string_view::npos) return {};
  const auto class_name = text.substr(open + 1, text.size() - open - 2);
  if (!text.ends_with(')') || !is_word(class_name, kTypeBytesMax)) {
    return malformed_access("a class that is none");
  }
  access.class_name = class_name;
  return {};
}

Status parse_actions(std::string_view text, Access& access) {
  if (text.empty() || text.ends_with(',')) return malformed_access("an action that is missing");
  while (!text.empty()) {
    const auto action = take_until(text, ',');
    if (action != "*" && !is_word(action, kActionBytesMax)) {
      return malformed_access("an action that is none");
    }
    if (access.actions.size() == kActionsMax) return malformed_access("too many actions");
    access.actions.emplace_back(action);
  }
  return {};
}

Result<Access> parse_resource(std::string_view text) {
  const auto first = text.find(':');
  const auto last = text.rfind(':');
  if (first == std::string_view::npos || first == last) return malformed_access("not three parts");
  Access access;
  if (auto parsed = parse_type(text.substr(0, first), access); !parsed) return parsed.error();
  const auto name = text.substr(first + 1, last - first - 1);
  const bool is_name = !name.empty() && name.size() <= kNameBytesMax &&
                       std::all_of(name.begin(), name.end(), is_name_char);
  if (!is_name) return malformed_access("a name that is none");
  access.name = name;
  if (auto parsed = parse_actions(text.substr(last + 1), access); !parsed) return parsed.error();
  return access;
}

// Returns: the resource with what it has now.
const Access& add(std::vector<Access>& accesses, const Access& more) {
  auto found = std::find_if(accesses.begin(), accesses.end(), [&](const auto& access) {
    return access.type == more.type && access.class_name == more.class_name &&
           access.name == more.name;
  });
  if (found == accesses.end()) {
    found = accesses.insert(found, Access{more.type, more.class_name, more.name, {}});
  }
  auto& actions = found->actions;
  actions.insert(actions.end(), more.actions.begin(), more.actions.end());
  std::sort(actions.begin(), actions.end());
  actions.erase(std::unique(actions.begin(), actions.end()), actions.end());
  return *found;
}

}  // namespace

Result<std::vector<Access>> parse_scope(std::string_view scope) {
  if (scope.size() > kScopeBytesMax) return malformed_access("too large");
  std::vector<Access> accesses;
  while (!scope.empty()) {
    const auto text = take_until(scope, ' ');
    if (text.empty()) continue;
    auto access = parse_resource(text);
    if (!access) return access.error();
    if (add(accesses, *access).actions.size() > kActionsMax)
      return malformed_access("too many actions");
    if (accesses.size() > kResourcesMax) return malformed_access("too many resources");
  }
  return accesses;
}

Result<std::vector<Access>> parse_scopes(const std::vector<std::string>& scopes) {
  std::string all;
  for (const auto& scope : scopes) {
    if (all.size() + scope.size() > kScopeBytesMax) return malformed_access("too large");
    all += scope + " ";
  }
  return parse_scope(all.substr(0, all.empty() ? 0 : all.size() - 1));
}

std::string scope_text(const std::vector<Access>& accesses) {
  std::string text;
  for (const auto& access : accesses) {
    if (!text.empty()) text += ' ';
    text += access.type;
    if (!access.class_name.empty()) text += "(" + access.class_name + ")";
    text += ":" + access.name + ":";
    for (std::size_t i = 0; i < access.actions.size(); ++i) {
      text += (i == 0 ? "" : ",") + access.actions[i];
    }
  }
  return text;
}

bool allows(const std::vector<Access>& granted, std::string_view repository,
            std::string_view action) {
  return std::any_of(granted.begin(), granted.end(), [&](const Access& access) {
    return access.type == "repository" && access.name == repository &&
           std::any_of(access.actions.begin(), access.actions.end(),
                       [&](const auto& one) { return one == "*" || one == action; });
  });
}

}  // namespace larder::tokens
