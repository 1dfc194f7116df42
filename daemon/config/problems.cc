#include "daemon/config/problems.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace larder::config {

namespace {

constexpr std::size_t kShownCharsMax = 80;
constexpr std::size_t kComparedCharsMax = 40;

// Levenshtein, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

// One slip in a short name, a few in a long one.
std::size_t slips_allowed(std::string_view name) {
  return name.size() < 4 ? 1 : 2 + name.size() / 8;
}

}  // namespace

void Problems::add(int line, std::string_view key, std::string_view got,
                   std::string_view expected) {
  std::string text = file_name_ + ":" + std::to_string(line) + ": " + std::string(key) + ": got ";
  text.append(got).append(", expected ").append(expected);
  problems_.push_back({line, std::move(text)});
}

std::string Problems::str() const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::string text;
  for (const Problem& problem : sorted) {
    if (!text.empty()) text += '\n';
    text += problem.text;
  }
  return text;
}

std::string in_quotes(std::string_view text) {
  const bool cut = text.size() > kShownCharsMax;
  const nlohmann::json shown = std::string(text.substr(0, kShownCharsMax)) + (cut ? "..." : "");
  return shown.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
}

std::string joined(const std::vector<std::string_view>& words, std::string_view between) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kComparedCharsMax) return "";
  std::string_view nearest;
  std::size_t distance = slips_allowed(name) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t slips = edit_distance(name, candidate);
    if (slips < distance) {
      distance = slips;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : " (did you mean " + std::string(nearest) + "?)";
}

}  // namespace larder::config
