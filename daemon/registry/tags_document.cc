#include "daemon/registry/tags_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace larder::registry {

namespace {

using Json = nlohmann::json;

Error corrupt() {
  return {Errc::corrupt, "a cached list of tags does not parse"};
}

}  // namespace

cache::Document tags_document(const upstream::TagList& list) {
  Json document = {{"mediaType", kTagsMediaType}, {"tags", list.tags}};
  if (list.next) document["next"] = query_of(*list.next);
  return {std::string(kTagsMediaType), document.dump()};
}

Result<upstream::TagList> parse_tags_document(std::string_view bytes) {
  const Json document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || document.value("mediaType", Json()) != kTagsMediaType)
    return corrupt();
  const Json tags = document.value("tags", Json());
  const auto is_text = [](const Json& value) { return value.is_string(); };
  if (!tags.is_array() || !std::all_of(tags.begin(), tags.end(), is_text)) return corrupt();
  upstream::TagList list{tags.get<std::vector<std::string>>(), std::nullopt};
  const auto next = document.find("next");
  if (next == document.end()) return list;
  if (!next->is_string()) return corrupt();
  auto page = upstream::parse_page(next->get_ref<const std::string&>());
  if (!page.ok()) return corrupt();
  list.next = *std::move(page);
  return list;
}

}  // namespace larder::registry
