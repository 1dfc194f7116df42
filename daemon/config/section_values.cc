// What a section's keys hold, each kind of value.
#include <algorithm>

#include "daemon/config/section.h"
#include "daemon/config/shapes.h"
#include "daemon/config/values.h"

namespace larder::config {

namespace {

bool is_text(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && !node.text.empty();
}

bool is_fit(const YamlNode& node, bool (*fits)(std::string_view)) {
  return is_text(node) && is_printable(node.text) && fits(node.text);
}

}  // namespace

void Section::read_text(std::string_view key, std::string_view expected,
                        bool (*fits)(std::string_view), std::string& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  if (!is_fit(*node, fits)) return refuse(*node, key, expected);
  into = node->text;
}

void Section::read_unshown(std::string_view key, std::string_view expected,
                           bool (*fits)(std::string_view), std::string& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  if (!is_fit(*node, fits)) return refuse(key, "something else", expected);
  into = node->text;
}

void Section::read_texts(std::string_view key, const TextsShape& shape,
                         std::vector<std::string>& into) {
  const auto elements = read_list(key, shape.list);
  if (!elements) return;
  into.clear();
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const YamlNode& node = *(*elements)[i];
    if (node.kind != YamlNode::Kind::scalar || !is_printable(node.text) || !shape.fits(node.text)) {
      refuse(node, std::string(key) + "[" + std::to_string(i) + "]", shape.element);
    }
    into.push_back(node.text);
  }
}

void Section::read_flag(std::string_view key, bool& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  const bool is_flag = is_text(*node) && !node->is_quoted;
  if (is_flag && node->text == "true") {
    into = true;
  } else if (is_flag && node->text == "false") {
    into = false;
  } else {
    refuse(*node, key, "true or false");
  }
}

void Section::read_duration(std::string_view key, const DurationRange& range, Milliseconds& into,
                            std::string_view or_else) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  const auto duration = is_text(*node) ? parse_duration(node->text) : std::nullopt;
  if (duration && *duration >= range.min && *duration <= range.max) {
    into = *duration;
    return;
  }
  refuse(*node, key,
         std::string(or_else) + "a duration from " + format_duration(range.min) + " to " +
             format_duration(range.max) + ", such as 500ms, 3s or 1h30m");
}

void Section::read_amount(std::string_view key, std::string_view expected,
                          bool (*fits)(const Amount&), Amount& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  const auto amount = is_text(*node) ? parse_amount(node->text) : std::nullopt;
  if (amount && fits(*amount)) {
    into = *amount;
  } else {
    refuse(*node, key, expected);
  }
}

void Section::read_rate(std::string_view key, std::optional<std::uint64_t>& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  const bool is_off = is_text(*node) && node->text == "off";
  const auto rate = is_text(*node) ? parse_rate(node->text) : std::nullopt;
  if (is_off || rate) {
    into = rate;
  } else {
    refuse(*node, key, "off, or bytes per second: a size of at least 64KiB such as 16MiB");
  }
}

void Section::read_choice(std::string_view key, std::initializer_list<std::string_view> choices,
                          std::string& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  if (is_text(*node) && std::find(choices.begin(), choices.end(), node->text) != choices.end()) {
    into = node->text;
  } else {
    refuse(*node, key, joined(choices, " or "));
  }
}

}  // namespace larder::config
