#include "daemon/auth/bounded_json.h"

namespace larder::auth {

namespace {

bool is_shallow(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++at;
    if (in_string) continue;
    if ((c == '{' || c == '[') && ++depth > kJsonDepthMax) return false;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return true;
}

}  // namespace

nlohmann::json parse_bounded_json(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max || !is_shallow(text)) return nlohmann::json::value_t::discarded;
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string string_at(const nlohmann::json& value, const char* key) {
  if (!value.is_object()) return {};
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json member_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nlohmann::json() : *found;
}

}  // namespace larder::auth
