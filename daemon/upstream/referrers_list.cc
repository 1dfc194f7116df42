#include "daemon/upstream/referrers_list.h"

#include <nlohmann/json.hpp>

#include "daemon/upstream/manifest_type.h"

namespace larder::upstream {

namespace {

using Json = nlohmann::json;

// A descriptor nests four deep at most; a tree is given back by recursion.
constexpr std::size_t kNestingMax = 32;

bool nests_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > kNestingMax)
      return true;
    else if (!in_string && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return false;
}

bool has_text(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() &&
         !found->get_ref<const std::string&>().empty();
}

// Of any digest algorithm: whether Larder knows it matters only when the referrer is pulled.
bool is_descriptor(const Json& entry) {
  if (!entry.is_object() || !has_text(entry, "mediaType") || !has_text(entry, "digest")) {
    return false;
  }
  const auto size = entry.find("size");
  const bool typed = !entry.contains("artifactType") || entry["artifactType"].is_string();
  return typed && size != entry.end() && size->is_number_unsigned() &&
         entry["digest"].get_ref<const std::string&>().find(':') != std::string::npos;
}

Error no_index() {
  return {Errc::upstream_down, "the answer is no image index"};
}

}  // namespace

Status ReferrersList::add(std::string_view page) {
  if (nests_too_deep(page)) return no_index();
  const Json index = Json::parse(page, nullptr, /*allow_exceptions=*/false);
  if (!index.is_object()) return no_index();
  const auto entries = index.find("manifests");
  if (entries == index.end() || !entries->is_array()) return no_index();
  for (const Json& entry : *entries) {
    if (!is_descriptor(entry)) return Error{Errc::upstream_down, "a referrer is no descriptor"};
    if (!digests_.insert(entry["digest"].get<std::string>()).second) continue;
    const std::string text = entry.dump();
    if (manifests_.size() + text.size() > kListBytesMax) {
      return Error{Errc::upstream_down, "more referrers than Larder lists"};
    }
    if (!manifests_.empty()) manifests_ += ',';
    manifests_ += text;
  }
  return {};
}

cache::Document ReferrersList::document() const {
  std::string bytes = R"({"schemaVersion":2,"mediaType":")";
  bytes.append(kOciIndexType).append(R"(","manifests":[)").append(manifests_).append("]}");
  return {std::string(kOciIndexType), std::move(bytes)};
}

}  // namespace larder::upstream
