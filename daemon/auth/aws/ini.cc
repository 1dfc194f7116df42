#include "daemon/auth/aws/ini.h"

#include <algorithm>
#include <cstddef>

#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

using http::trim;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

// Without a comment, which begins the line or follows white space.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool may_begin = at == 0 || is_space(line[at - 1]);
    if (may_begin && (line[at] == '#' || line[at] == ';')) return line.substr(0, at);
  }
  return line;
}

// "profile \"a b\"" and "profile   a b" are "profile a b".
std::string section_name(std::string_view text) {
  std::string name;
  for (const char c : trim(text)) {
    if (c == '"' || c == '\'') continue;
    if (is_space(c) && name.ends_with(' ')) continue;
    name.push_back(is_space(c) ? ' ' : c);
  }
  return std::string(trim(name));
}

bool is_plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return http::is_control(c) && c != '\t'; });
}

// Reads line after line; knows in which section it is.
class Parser {
 public:
  // False: this line is not understood.
  bool line(std::string_view text) {
    if (!is_plain_text(text)) return false;
    const std::string_view content = trim(without_comment(text));
    if (content.empty()) return true;
    const std::size_t indent = text.find_first_not_of(" \t");
    if (after_property_ && indent > property_indent_) return true;  // nested in that property
    return content.front() == '[' ? section(content) : property(content, indent);
  }

  Sections take() && { return std::move(sections_); }

 private:
  bool section(std::string_view content) {
    const auto end = content.find(']');
    if (end == std::string_view::npos) return false;
    const auto rest = trim(content.substr(end + 1));
    const std::string name = section_name(content.substr(1, end - 1));
    if (name.empty() || !without_comment(rest).empty()) return false;
    section_ = &sections_[name];
    after_property_ = false;
    return true;
  }

  bool property(std::string_view content, std::size_t indent) {
    const auto equals = content.find('=');
    if (section_ == nullptr || equals == std::string_view::npos) return false;
    const auto name = trim(content.substr(0, equals));
    if (name.empty()) return false;
    (*section_)[http::to_lower(name)] = std::string(trim(content.substr(equals + 1)));
    after_property_ = true;
    property_indent_ = indent;
    return true;
  }

  Sections sections_;
  Properties* section_ = nullptr;
  bool after_property_ = false;
  std::size_t property_indent_ = 0;
};

}  // namespace

Result<Sections> parse_ini(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Parser parser;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!parser.line(line)) {
      return Error{Errc::invalid, "line " + std::to_string(number) +
                                      " is neither a [section] nor a property of one"};
    }
  }
  return std::move(parser).take();
}

}  // namespace larder::aws
