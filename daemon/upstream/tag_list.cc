#include "daemon/upstream/tag_list.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/upstream/tag_name.h"

namespace larder::upstream {

namespace {

using Json = nlohmann::json;

// Keeps the tags while the document is read, and nothing else: other fields may be of any kind
// (gcr.io lists every manifest too).
class TagReader final : public nlohmann::json_sax<Json> {
 public:
  bool is_tag_list() const { return has_name_ && has_tags_; }
  std::vector<std::string> take_tags() { return std::move(tags_); }

  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "name") has_name_ = true;
    if (in_tags_ && is_tag(value)) tags_.push_back(value);
    return in_tags_ || !is_tags_value();
  }
  bool key(string_t& value) override {
    if (depth_ == 1) key_ = value;
    return true;
  }
  bool start_array(std::size_t) override {
    if (is_tags_value())
      has_tags_ = in_tags_ = true;
    else if (in_tags_)
      return false;
    return enter();
  }
  bool end_array() override {
    --depth_;
    if (depth_ == 1) in_tags_ = false;
    return true;
  }
  bool null() override {
    if (is_tags_value()) return has_tags_ = true;
    return !in_tags_;
  }
  bool start_object(std::size_t) override { return other() && enter(); }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool boolean(bool) override { return other(); }
  bool number_integer(number_integer_t) override { return other(); }
  bool number_unsigned(number_unsigned_t) override { return other(); }
  bool number_float(number_float_t, const string_t&) override { return other(); }
  bool binary(binary_t&) override { return other(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool is_tags_value() const { return depth_ == 1 && key_ == "tags"; }
  // Anything but a string has no place among the tags.
  bool other() const { return !in_tags_ && !is_tags_value(); }
  bool enter() {
    ++depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::string key_;
  bool in_tags_ = false;
  bool has_name_ = false;
  bool has_tags_ = false;
  std::vector<std::string> tags_;
};

}  // namespace

Result<std::vector<std::string>> parse_tags(std::string_view body) {
  TagReader reader;
  if (!Json::sax_parse(body, &reader) || !reader.is_tag_list()) {
    return Error{Errc::upstream_down, "the answer is no list of tags"};
  }
  return reader.take_tags();
}

}  // namespace larder::upstream
