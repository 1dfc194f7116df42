#include "daemon/auth/tokens/strict_json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

constexpr double kSecondsMax = 253402300799;  // the year 9999: NumericDate has no other bound

// Watches the parser at work. The parser itself keeps the last of two equal names.
class Watcher {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (depth >= kJsonDepthMax && (event == Event::object_start || event == Event::array_start)) {
      too_deep_ = true;
    }
    if (event == Event::object_start) names_.emplace_back();
    if (event == Event::object_end) names_.pop_back();
    if (event == Event::key) {
      const auto* name = value.get_ptr<const std::string*>();
      if (name == nullptr || !names_.back().insert(*name).second) twice_ = true;
    }
    return true;
  }

  Status verdict() const {
    if (too_deep_) return Error{Errc::invalid, "JSON that is too deep"};
    if (twice_) return Error{Errc::invalid, "JSON with a name given twice"};
    return {};
  }

 private:
  std::vector<std::set<std::string>> names_;  // of each object that is open
  bool too_deep_ = false;
  bool twice_ = false;
};

Error unfit_member(const char* name) {
  return {Errc::invalid, std::string(name) + " is not what it has to be"};
}

bool is_clean(const std::string& text, std::size_t bytes_max) {
  return text.size() <= bytes_max && std::none_of(text.begin(), text.end(), http::is_control);
}

}  // namespace

Result<nlohmann::json> parse_strict_object(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return Error{Errc::invalid, "JSON that is too large"};
  // The parser takes a NUL for the text's end.
  if (text.find('\0') != std::string_view::npos) return Error{Errc::invalid, "JSON with a NUL"};
  Watcher watcher;
  auto parsed = nlohmann::json::parse(
      text,
      [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& value) {
        return watcher(depth, event, value);
      },
      /*allow_exceptions=*/false);
  if (!parsed.is_object()) return Error{Errc::invalid, "no JSON object"};
  if (auto verdict = watcher.verdict(); !verdict) return verdict.error();
  return parsed;
}

Result<std::string> text_member(const nlohmann::json& object, const char* name,
                                std::size_t bytes_max) {
  const auto found = object.find(name);
  if (found == object.end()) return std::string();
  const auto* text = found->get_ptr<const std::string*>();
  if (text == nullptr || !is_clean(*text, bytes_max)) return unfit_member(name);
  return *text;
}

Result<std::vector<std::string>> texts_member(const nlohmann::json& object, const char* name,
                                              std::size_t count_max) {
  const auto found = object.find(name);
  if (found == object.end()) return std::vector<std::string>();
  const auto list = found->is_array() ? *found : nlohmann::json::array({*found});
  if (list.size() > count_max) return unfit_member(name);
  std::vector<std::string> texts;
  for (const auto& one : list) {
    const auto* text = one.get_ptr<const std::string*>();
    if (text == nullptr || !is_clean(*text, 1024)) return unfit_member(name);
    texts.push_back(*text);
  }
  return texts;
}

Result<std::optional<WallTime>> time_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::optional<WallTime>();
  if (!found->is_number()) return unfit_member(name);
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return unfit_member(name);
  const auto whole = std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds)));
  // The clock's own range ends in 2262.
  const auto end = std::chrono::floor<std::chrono::seconds>(WallTime::max());
  const std::chrono::sys_seconds at(whole);
  return std::optional<WallTime>(std::min(at, end));
}

std::string json_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace larder::tokens
