#include "daemon/auth/policy/problems.h"

#include <nlohmann/json.hpp>

namespace larder::policy {

namespace {

constexpr std::size_t kShownCharsMax = 80;

}  // namespace

void Problems::add(int line, std::string_view place, std::string_view got,
                   std::string_view expected) {
  if (lines_.size() == kShownMax) {
    ++unshown_;
    return;
  }
  std::string text = file_name_ + ":" + std::to_string(line) + ": " + std::string(place);
  lines_.push_back(text.append(": got ").append(got).append(", expected ").append(expected));
}

std::string Problems::str() const {
  std::string text;
  for (const std::string& line : lines_) text.append(text.empty() ? "" : "\n").append(line);
  if (unshown_ > 0) text += "\n" + file_name_ + ": and " + std::to_string(unshown_) + " more";
  return text;
}

std::string in_quotes(std::string_view text) {
  const bool cut = text.size() > kShownCharsMax;
  const nlohmann::json shown = std::string(text.substr(0, kShownCharsMax)) + (cut ? "..." : "");
  return shown.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
}

}  // namespace larder::policy
