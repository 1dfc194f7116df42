#include "daemon/auth/policy/json_node.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

namespace larder::policy {

namespace {

using Json = nlohmann::json;
using Kind = JsonNode::Kind;

// Counts the lines that the parser has gone through.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, int& line) : at_(at), line_(&line) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *line_ += *at_++ == '\n';
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  int* line_;
};

// The parser's "..; expected ':'", where it says so.
std::string expected_by(const Json::exception& error) {
  constexpr std::string_view kMark = "; expected ";
  const std::string_view text = error.what();
  const std::size_t mark = text.rfind(kMark);
  return mark == text.npos ? "JSON" : std::string(text.substr(mark + kMark.size()));
}

// Builds the tree from the parser's events. An event that returns false ends the parsing.
class TreeBuilder final : public Json::json_sax_t {
 public:
  TreeBuilder(const int& line, Problems& problems) : line_(line), problems_(problems) {}

  JsonNode take_root() { return std::move(root_); }

  bool null() override { return add(Kind::other, "null"); }
  bool boolean(bool value) override { return add(Kind::boolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return add(Kind::other, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Kind::other, std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return add(Kind::other, text);
  }
  bool string(string_t& text) override { return add(Kind::text, std::move(text)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Kind::object); }
  bool start_array(std::size_t) override { return open(Kind::array); }
  bool key(string_t& name) override {
    name_ = std::move(name);
    return true;
  }
  bool end_object() override {
    refuse_duplicates(*open_.back());
    return end_array();
  }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string& token, const Json::exception& error) override {
    problems_.add(line_, "policy", in_quotes(token), expected_by(error));
    return false;
  }

 private:
  bool add(Kind kind, std::string text) {
    place() = {kind, line_, std::move(name_), std::move(text), {}};
    name_.clear();
    return true;
  }

  bool open(Kind kind) {
    if (open_.size() == kJsonDepthMax) {
      problems_.add(line_, "policy", "deeper nesting",
                    "at most " + std::to_string(kJsonDepthMax) + " levels");
      return false;
    }
    JsonNode& node = place();
    node = {kind, line_, std::move(name_), "", {}};
    name_.clear();
    // Only the children of the innermost one grow, so those it points to stay where they are.
    open_.push_back(&node);
    return true;
  }

  JsonNode& place() { return open_.empty() ? root_ : open_.back()->children.emplace_back(); }

  void refuse_duplicates(const JsonNode& object) {
    std::vector<const JsonNode*> members;
    for (const JsonNode& child : object.children) members.push_back(&child);
    std::stable_sort(members.begin(), members.end(),
                     [](const JsonNode* a, const JsonNode* b) { return a->name < b->name; });
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (members[i]->name != members[i - 1]->name) continue;
      problems_.add(members[i]->line, "policy", in_quotes(members[i]->name) + " again",
                    "each name once in an object");
    }
  }

  const int& line_;
  Problems& problems_;
  JsonNode root_;
  std::string name_;
  std::vector<JsonNode*> open_;
};

}  // namespace

const JsonNode* JsonNode::find(std::string_view member) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const JsonNode& child) { return child.name == member; });
  return found == children.end() ? nullptr : &*found;
}

std::string JsonNode::shown() const {
  switch (kind) {
    case Kind::object:
      return "an object";
    case Kind::array:
      return children.empty() ? "an empty list" : "a list";
    case Kind::text:
      return in_quotes(text);
    case Kind::boolean:
    case Kind::other:
      break;
  }
  return text;
}

std::optional<JsonNode> parse_json(std::string_view json, Problems& problems) {
  int line = 1;
  TreeBuilder builder(line, problems);
  const CountingIterator first(json.data(), line);
  const CountingIterator last(json.data() + json.size(), line);
  if (!Json::sax_parse(first, last, &builder)) return std::nullopt;
  return builder.take_root();
}

}  // namespace larder::policy
