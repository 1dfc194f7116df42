#include "daemon/registry/image_contents.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {

namespace {

using Json = nlohmann::json;
using Kind = ImageContents::Kind;

// Which fields of the outermost object hold descriptors: one of them, or a list.
struct Form {
  Kind kind;
  std::string_view media_type;
  std::string_view one;  // empty: none
  std::string_view list;
};
constexpr std::array kForms{
    Form{Kind::manifest, "application/vnd.oci.image.manifest.v1+json", "config", "layers"},
    Form{Kind::manifest, "application/vnd.docker.distribution.manifest.v2+json", "config",
         "layers"},
    Form{Kind::index, "application/vnd.oci.image.index.v1+json", "", "manifests"},
    Form{Kind::index, "application/vnd.docker.distribution.manifest.list.v2+json", "", "manifests"},
    Form{Kind::artifact, "application/vnd.oci.artifact.manifest.v1+json", "", "blobs"},
};

const Form* find_form(const cache::Document& document) {
  const std::string media_type =
      document.media_type.empty()
          ? upstream::media_type_inside(document.bytes).value_or(std::string())
          : document.media_type;
  const auto form = std::find_if(kForms.begin(), kForms.end(),
                                 [&](const Form& one) { return one.media_type == media_type; });
  return form == kForms.end() ? nullptr : &*form;
}

// Collects the descriptors while the document is read; keeps nothing else, for a document may be
// large and its tree many times larger.
class DescriptorReader final : public nlohmann::json_sax<Json> {
 public:
  explicit DescriptorReader(const Form& form) : form_(form) {}

  ImageContents take() { return {form_.kind, has_config_, std::move(parts_)}; }

  bool key(string_t& value) override {
    if (depth_ == 1) field_ = value;
    key_ = value;
    return true;
  }
  bool string(string_t& value) override {
    if (std::string* const field = text_field()) *field = value;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (key_ == "size" && in_descriptor()) descriptor_.size_bytes = value;
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ < kDepthKept && key_ == "platform" && in_descriptor()) platform_depth_ = depth_ + 1;
    enter('{');
    if (in_descriptor()) descriptor_ = {};
    return true;
  }
  bool start_array(std::size_t) override { return enter('['); }
  bool end_object() override {
    if (in_descriptor()) add();
    if (depth_ == platform_depth_) platform_depth_ = 0;
    return leave();
  }
  bool end_array() override { return leave(); }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t kDepthKept = 4;  // object, list, descriptor, platform

  // A descriptor as it is read.
  struct Draft {
    std::string digest;
    std::string media_type;
    std::uint64_t size_bytes = 0;
    Platform platform;
  };

  // {"config": {"digest": ..}} or {"layers": [{"digest": ..}]}
  bool in_descriptor() const {
    const std::string_view within(within_.data(), std::min(depth_, kDepthKept));
    if (depth_ == 2) return within == "{{" && !form_.one.empty() && field_ == form_.one;
    return depth_ == 3 && within == "{[{" && field_ == form_.list;
  }

  // Where the text that comes now belongs; null: nowhere.
  std::string* text_field() {
    if (platform_depth_ != 0 && depth_ == platform_depth_) {
      if (key_ == "os") return &descriptor_.platform.os;
      if (key_ == "architecture") return &descriptor_.platform.architecture;
      return key_ == "variant" ? &descriptor_.platform.variant : nullptr;
    }
    if (!in_descriptor()) return nullptr;
    if (key_ == "digest") return &descriptor_.digest;
    return key_ == "mediaType" ? &descriptor_.media_type : nullptr;
  }

  void add() {
    if (parts_.size() >= kImageChildrenMax) return;
    const auto digest = cache::Digest::parse(descriptor_.digest);
    if (!digest.ok() || !seen_.insert(*digest).second) return;
    if (depth_ == 2) {
      has_config_ = true;
      parts_.insert(parts_.begin(), descriptor(*digest));  // wherever the field stands
    } else {
      parts_.push_back(descriptor(*digest));
    }
  }

  Descriptor descriptor(const cache::Digest& digest) {
    return {digest, std::move(descriptor_.media_type), descriptor_.size_bytes,
            std::move(descriptor_.platform)};
  }

  bool enter(char bracket) {
    if (depth_ < kDepthKept) within_[depth_] = bracket;
    ++depth_;
    key_.clear();
    return true;
  }
  bool leave() {
    --depth_;
    key_.clear();
    return true;
  }

  const Form& form_;
  std::size_t depth_ = 0;
  std::array<char, kDepthKept> within_{};  // the brackets we are inside of
  std::size_t platform_depth_ = 0;         // inside a descriptor's platform; 0: outside
  std::string field_;                      // of the outermost object
  std::string key_;
  Draft descriptor_;
  bool has_config_ = false;
  std::vector<Descriptor> parts_;
  std::unordered_set<cache::Digest> seen_;
};

}  // namespace

ImageContents image_contents(const cache::Document& document) {
  const Form* const form = find_form(document);
  if (form == nullptr) return {};
  DescriptorReader reader(*form);
  if (!Json::sax_parse(document.bytes, &reader)) return {};
  return reader.take();
}

}  // namespace larder::registry
