#include "daemon/registry/tags_document.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace larder::registry {

namespace {

using Json = nlohmann::json;

Error corrupt() {
  return {Errc::corrupt, "a cached list of tags does not parse"};
}

// Takes `expected` off the front of `text`, if it stands there.
bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Needs no second look within a JSON string, as an escape does, or what is not ASCII.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '\\';
}

// Takes a JSON string off the front of `text`, as it is written; nothing when there is none.
std::optional<std::string_view> take_string(std::string_view& text) {
  bool all_plain = true;
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') {
    if (!is_plain(text[end])) all_plain = false;
    end += text[end] == '\\' ? 2 : 1;
  }
  if (!text.starts_with('"') || end >= text.size()) return std::nullopt;
  const auto written = text.substr(0, end + 1);
  if (!all_plain && !Json::accept(written)) return std::nullopt;
  text.remove_prefix(written.size());
  return written;
}

// Takes an array of strings.
bool take_strings(std::string_view& text) {
  if (!take(text, "[")) return false;
  if (take(text, "]")) return true;
  do {
    if (!take_string(text)) return false;
  } while (take(text, ","));
  return take(text, "]");
}

// Takes what stands before the tags: {"mediaType":"...","next":"n=2&last=b","tags":
Result<std::optional<upstream::ListPage>> take_head(std::string_view& text) {
  std::optional<upstream::ListPage> next;
  if (!take(text, R"({"mediaType":")") || !take(text, kTagsMediaType) || !take(text, R"(",)")) {
    return corrupt();
  }
  if (take(text, R"("next":)")) {
    const auto written = take_string(text);
    if (!written || !take(text, ",")) return corrupt();
    auto page = upstream::parse_page(Json::parse(*written).get_ref<const std::string&>());
    if (!page.ok()) return corrupt();
    next = *std::move(page);
  }
  if (!take(text, R"("tags":)")) return corrupt();
  return next;
}

// {"name":"team/app","tags":
std::string head_of_answer(std::string_view name) {
  return R"({"name":)" + Json(name).dump() + R"(,"tags":)";
}

}  // namespace

// The keys are sorted: what is small comes before the tags.
cache::Document tags_document(const upstream::TagList& list) {
  Json document = {{"mediaType", kTagsMediaType}, {"tags", list.tags}};
  if (list.next) document["next"] = query_of(*list.next);
  return {std::string(kTagsMediaType), document.dump()};
}

std::string tags_body(std::string_view name, const std::vector<std::string>& tags) {
  return head_of_answer(name) + Json(tags).dump() + "}";
}

Result<TagsAnswer> tags_answer(std::string document, std::string_view name) {
  std::string_view rest = document;
  auto next = take_head(rest);
  if (!next.ok()) return next.error();
  const std::size_t head_size = document.size() - rest.size();
  if (!take_strings(rest) || rest != "}") return corrupt();
  document.replace(0, head_size, head_of_answer(name));
  return TagsAnswer{std::move(document), *std::move(next)};
}

}  // namespace larder::registry
