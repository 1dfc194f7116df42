#include "daemon/config/section.h"

#include <algorithm>
#include <map>

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
    refuse_entry(entry, "the same key again",
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

void Section::refuse(std::string_view key, std::string_view got, std::string_view expected) {
  problems_.add(line_of(key), path_of(key), got, expected);
}

void Section::refuse(const YamlNode& node, std::string_view key, std::string_view expected) {
  problems_.add(node.line, path_of(key), shown(node), expected);
}

void Section::refuse_entry(const YamlEntry& entry, std::string_view got,
                           std::string_view expected) {
  problems_.add(entry.line, path_of(escaped(entry.key)), got, expected);
}

void Section::finish() {
  std::sort(known_.begin(), known_.end());
  known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
  for (const YamlEntry& entry : node_.entries) {
    if (contains(known_, entry.key)) continue;
    refuse_entry(entry, "an unknown key",
                 "one of " + joined(known_, ", ") + suggestion(entry.key, known_));
  }
}

}  // namespace larder::config
