#include "daemon/config/section.h"

#include <algorithm>
#include <map>

#include "daemon/config/values.h"

namespace larder::config {

namespace {

std::string shown(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return in_quotes(node.text);
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
  }
  return "nothing";
}

bool is_text(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && !node.text.empty();
}

// Line breaks and tabs can be written in YAML; no value of ours has one, and a log line must not.
bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

std::string joined(const std::vector<std::string_view>& words, std::string_view between) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A key of the file, safe to print.
std::string escaped(std::string_view key) {
  const std::string text = in_quotes(key);
  return text.substr(1, text.size() - 2);
}

}  // namespace

Section::Section(const YamlNode& node, std::string path, Problems& problems)
    : node_(node), path_(std::move(path)), problems_(problems) {
  if (node.kind != YamlNode::Kind::mapping && node.kind != YamlNode::Kind::null) {
    problems_.add(node.line, path_.empty() ? "the file" : path_, shown(node), "a mapping of keys");
  }
  refuse_repeated_keys();
}

void Section::refuse_repeated_keys() {
  std::map<std::string_view, int> first_lines;
  for (const YamlEntry& entry : node_.entries) {
    const auto [first, is_new] = first_lines.emplace(entry.key, entry.line);
    if (is_new) continue;
    problems_.add(entry.line, path_of(escaped(entry.key)), "the same key again",
                  "it once (it is on line " + std::to_string(first->second) + ")");
  }
}

std::string Section::path_of(std::string_view key) const {
  return (path_.empty() ? "" : path_ + ".") + std::string(key);
}

const YamlNode* Section::find(std::string_view key) {
  known_.push_back(key);
  for (const YamlEntry& entry : node_.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

int Section::line_of(std::string_view key) const {
  for (const YamlEntry& entry : node_.entries) {
    if (entry.key == key) return entry.line;
  }
  return node_.line;
}

void Section::read_text(std::string_view key, std::string_view expected,
                        bool (*fits)(std::string_view), std::string& into) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return;
  if (is_text(*node) && is_printable(node->text) && fits(node->text)) {
    into = node->text;
  } else {
    refuse(*node, key, expected);
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

std::optional<Section> Section::read_section(std::string_view key) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return std::nullopt;
  return Section(*node, path_of(key), problems_);
}

std::optional<std::vector<const YamlNode*>> Section::read_list(std::string_view key,
                                                               std::string_view expected) {
  const YamlNode* const node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != YamlNode::Kind::sequence) {
    refuse(*node, key, expected);
    return std::nullopt;
  }
  std::vector<const YamlNode*> elements;
  for (const YamlNode& item : node->items) elements.push_back(&item);
  return elements;
}

Section Section::element(std::string_view key, std::size_t number, const YamlNode& node) {
  return {node, path_of(key) + "[" + std::to_string(number) + "]", problems_};
}

void Section::require(std::string_view key, std::string_view expected) {
  if (!has(key)) refuse(key, "nothing", expected);
}

void Section::refuse_later(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    later_.push_back(key);
    for (const YamlEntry& entry : node_.entries) {
      if (entry.key != key) continue;
      problems_.add(entry.line, path_of(key), "a setting that is not available in this version",
                    "it to be left out");
    }
  }
}

void Section::refuse(std::string_view key, std::string_view got, std::string_view expected) {
  problems_.add(line_of(key), path_of(key), got, expected);
}

void Section::refuse(const YamlNode& node, std::string_view key, std::string_view expected) {
  problems_.add(node.line, path_of(key), shown(node), expected);
}

void Section::finish() {
  std::sort(known_.begin(), known_.end());
  known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
  for (const YamlEntry& entry : node_.entries) {
    if (contains(known_, entry.key) || contains(later_, entry.key)) continue;
    problems_.add(entry.line, path_of(escaped(entry.key)), "an unknown key",
                  "one of " + joined(known_, ", ") + suggestion(entry.key, known_));
  }
}

}  // namespace larder::config
