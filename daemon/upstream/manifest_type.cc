#include "daemon/upstream/manifest_type.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/http/ascii.h"

namespace larder::upstream {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";

constexpr std::array<std::string_view, 3> kGeneric{"application/octet-stream", "text/plain",
                                                   "application/json"};

// Notes the fields of the outermost object while the document is read; keeps nothing else, for a
// manifest may be large and its tree many times larger.
class FieldReader final : public nlohmann::json_sax<Json> {
 public:
  bool is_object() const { return is_object_; }

  std::string media_type() const {
    if (!media_type_.empty()) return media_type_;
    if (has_manifests_) return std::string(kOciIndexType);
    return has_layers_ && has_config_ ? std::string(kOciManifest) : std::string();
  }

  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "mediaType") media_type_ = value;
    return true;
  }
  bool key(string_t& value) override {
    if (depth_ == 1) key_ = value;
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object_ = true;
    if (depth_ == 1 && key_ == "config") has_config_ = true;
    ++depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 1 && key_ == "manifests") has_manifests_ = true;
    if (depth_ == 1 && key_ == "layers") has_layers_ = true;
    ++depth_;
    return true;
  }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::string key_;
  std::string media_type_;
  bool is_object_ = false;
  bool has_manifests_ = false;
  bool has_layers_ = false;
  bool has_config_ = false;
};

// type "/" subtype, of the characters a header value may repeat to a client.
bool is_media_type(std::string_view text) {
  const auto is_char = [](char c) {
    return http::is_alnum(c) || std::string_view("/!#$&-^_.+").find(c) != std::string_view::npos;
  };
  return std::count(text.begin(), text.end(), '/') == 1 && !text.starts_with('/') &&
         !text.ends_with('/') && std::all_of(text.begin(), text.end(), is_char);
}

}  // namespace

std::string specific_media_type(std::optional<std::string_view> content_type) {
  const auto value = content_type.value_or("");
  const auto type = http::trim(value.substr(0, value.find(';')));
  const bool generic = std::any_of(kGeneric.begin(), kGeneric.end(), [&](std::string_view one) {
    return http::equals_ignoring_case(one, type);
  });
  return generic || !is_media_type(type) ? std::string() : std::string(type);
}

std::optional<std::string> media_type_inside(std::string_view document) {
  FieldReader fields;
  const bool parsed = Json::sax_parse(document, &fields);
  if (!parsed || !fields.is_object()) return std::nullopt;
  const auto type = fields.media_type();
  return is_media_type(type) ? type : std::string();
}

}  // namespace larder::upstream
