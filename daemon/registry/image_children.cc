#include "daemon/registry/image_children.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_set>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {

namespace {

using Json = nlohmann::json;

// Which fields of the outermost object hold descriptors: one of them, or a list.
struct Kind {
  std::string_view media_type;
  std::string_view one;  // empty: none
  std::string_view list;
};
constexpr std::array kKinds{
    Kind{"application/vnd.oci.image.manifest.v1+json", "config", "layers"},
    Kind{"application/vnd.docker.distribution.manifest.v2+json", "config", "layers"},
    Kind{"application/vnd.oci.image.index.v1+json", "", "manifests"},
    Kind{"application/vnd.docker.distribution.manifest.list.v2+json", "", "manifests"},
    Kind{"application/vnd.oci.artifact.manifest.v1+json", "", "blobs"},
};

const Kind* find_kind(const cache::Document& document) {
  const std::string media_type =
      document.media_type.empty()
          ? upstream::media_type_inside(document.bytes).value_or(std::string())
          : document.media_type;
  for (const Kind& kind : kKinds) {
    if (kind.media_type == media_type) return &kind;
  }
  return nullptr;
}

// Collects the digests of the descriptors while the document is read; keeps nothing else, for a
// document may be large and its tree many times larger.
class DigestReader final : public nlohmann::json_sax<Json> {
 public:
  explicit DigestReader(const Kind& kind) : kind_(kind) {}

  std::vector<cache::Digest> take() { return std::move(digests_); }

  bool key(string_t& value) override {
    if (depth_ == 1) field_ = value;
    key_ = value;
    return true;
  }
  bool string(string_t& value) override {
    if (key_ == "digest" && in_descriptor()) add(value);
    return true;
  }
  bool start_object(std::size_t) override { return enter('{'); }
  bool start_array(std::size_t) override { return enter('['); }
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
  static constexpr std::size_t kDepthKept = 3;  // object, list, descriptor

  // {"config": {"digest": ..}} or {"layers": [{"digest": ..}]}
  bool in_descriptor() const {
    const std::string_view within(within_.data(), std::min(depth_, kDepthKept));
    if (depth_ == 2) return within == "{{" && !kind_.one.empty() && field_ == kind_.one;
    return depth_ == 3 && within == "{[{" && field_ == kind_.list;
  }

  void add(const std::string& text) {
    if (digests_.size() >= kImageChildrenMax) return;
    const auto digest = cache::Digest::parse(text);
    if (digest.ok() && seen_.insert(*digest).second) digests_.push_back(*digest);
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

  const Kind& kind_;
  std::size_t depth_ = 0;
  std::array<char, kDepthKept> within_{};  // the brackets we are inside of
  std::string field_;                      // of the outermost object
  std::string key_;
  std::vector<cache::Digest> digests_;
  std::unordered_set<cache::Digest> seen_;
};

}  // namespace

std::vector<cache::Digest> image_children(const cache::Document& document) {
  const Kind* const kind = find_kind(document);
  if (kind == nullptr) return {};
  DigestReader reader(*kind);
  if (!Json::sax_parse(document.bytes, &reader)) return {};
  return reader.take();
}

}  // namespace larder::registry
