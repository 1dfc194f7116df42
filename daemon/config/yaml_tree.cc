#include "daemon/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace larder::config {

namespace {

// What a tree may weigh: about a node's size each, plus its text. A file of the largest size fits.
constexpr std::size_t kNodeWeight = 64;
constexpr std::size_t kTreeWeightMax = 16 * 1024 * 1024;

constexpr std::string_view kSyntaxKey = "YAML";

std::size_t weight_of(const YamlNode& node) {
  std::size_t weight = kNodeWeight + node.text.size();
  for (const YamlNode& item : node.items) weight += weight_of(item);
  for (const YamlEntry& entry : node.entries) weight += entry.key.size() + weight_of(entry.value);
  return weight;
}

int line_of(const YAML::Mark& mark) {
  return std::max(mark.line, 0) + 1;
}

// Builds the tree from yaml-cpp's events. Refuses by ParserException, like the parser that calls
// it.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, node_at(mark, YamlNode::Kind::null), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    YamlNode node = node_at(mark, YamlNode::Kind::scalar);
    node.text = value;
    node.is_quoted = tag == "!";
    charge(mark, value.size());
    add(mark, std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw YAML::ParserException(mark, "an alias inside its own anchor");
    charge(mark, weight_of(found->second));
    add(mark, YamlNode(found->second), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

 private:
  // A collection whose end has not come yet.
  struct Open {
    YAML::Mark mark;
    YamlNode node;
    YAML::anchor_t anchor;
    std::optional<YamlEntry> entry;  // its key has come, its value has not
  };

  static YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    return node;
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    // yaml-cpp marks plain values with "?" and quoted ones with "!".
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw YAML::ParserException(mark, "a tag such as !!str");
  }

  void charge(const YAML::Mark& mark, std::size_t weight) {
    weight_ += weight;
    if (weight_ > kTreeWeightMax) throw YAML::ParserException(mark, "too many values or aliases");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    refuse_tag(mark, tag);
    if (open_.size() >= kConfigDepthMax) throw YAML::ParserException(mark, "too deep a nesting");
    open_.push_back({mark, node_at(mark, kind), anchor, std::nullopt});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, std::move(done.node), done.anchor);
  }

  void add(const YAML::Mark& mark, YamlNode node, YAML::anchor_t anchor) {
    charge(mark, kNodeWeight);
    if (anchor != 0) {
      charge(mark, weight_of(node));
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == YamlNode::Kind::sequence) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      add_to_mapping(mark, open_.back(), std::move(node));
    }
  }

  static void add_to_mapping(const YAML::Mark& mark, Open& mapping, YamlNode node) {
    if (mapping.entry) {
      mapping.entry->value = std::move(node);
      mapping.node.entries.push_back(std::move(*mapping.entry));
      mapping.entry.reset();
      return;
    }
    if (node.kind != YamlNode::Kind::scalar) {
      throw YAML::ParserException(mark, "a key that is not a simple text");
    }
    mapping.entry = YamlEntry{std::move(node.text), node.line, {}};
  }

  std::size_t weight_ = 0;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
};

// The line of the first byte yaml-cpp would misread: it takes some control characters for the end
// of the file and guesses at encodings. 0 when there is none.
int line_of_control_character(std::string_view text) {
  int line = 1;
  for (const char c : text) {
    if (c == '\n') ++line;
    const bool is_blank = c == '\n' || c == '\r' || c == '\t';
    if ((static_cast<unsigned char>(c) < 0x20 && !is_blank) || c == '\x7f') return line;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  try {
    static_cast<void>(nlohmann::json(text).dump());
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

bool fits(std::string_view text, Problems& problems) {
  if (text.size() > kConfigBytesMax) {
    problems.add(1, kSyntaxKey, std::to_string(text.size()) + " bytes",
                 "at most " + std::to_string(kConfigBytesMax));
    return false;
  }
  if (const int line = line_of_control_character(text); line > 0) {
    problems.add(line, kSyntaxKey, "a control character", "text");
    return false;
  }
  if (!is_utf8(text)) {
    problems.add(1, kSyntaxKey, "bytes that are not UTF-8", "UTF-8 text");
    return false;
  }
  return true;
}

}  // namespace

std::optional<YamlNode> read_yaml(std::string_view text, Problems& problems) {
  if (!fits(text, problems)) return std::nullopt;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder;
    TreeBuilder rest;
    parser.HandleNextDocument(builder);
    if (parser.HandleNextDocument(rest)) {
      problems.add(rest.take_root().line, kSyntaxKey, "a second document", "one");
      return std::nullopt;
    }
    return builder.take_root();
  } catch (const YAML::Exception& error) {
    problems.add(line_of(error.mark), kSyntaxKey, error.msg, "a YAML document");
  } catch (const std::exception& error) {
    problems.add(1, kSyntaxKey, error.what(), "a YAML document");
  }
  return std::nullopt;
}

}  // namespace larder::config
