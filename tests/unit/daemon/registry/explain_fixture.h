// A registry and its explainer over the same cache and upstream.
#pragma once

#include <optional>
#include <string>

#include "daemon/registry/explain.h"
#include "daemon/registry/refresher.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {

inline constexpr char kManifestType[] = "application/vnd.oci.image.manifest.v1+json";
inline constexpr char kIndexType[] = "application/vnd.oci.image.index.v1+json";

class ExplainFixture : public testing::RegistryFixture {
 protected:
  ExplainFixture() {
    make(/*offline=*/false);
    answer_with(manifest_, kManifestType);
  }
  // What they have under way ends before they do.
  ~ExplainFixture() override { close_store(); }

  void make(bool offline) {
    registry_.reset();
    documents_.emplace(
        NamedDocumentsOptions{.offline = offline},
        upstream::FreshnessRules({{"**", std::chrono::minutes(15), std::chrono::hours(1)}}),
        *store_, clock_, *executor_, *this);
    manifests_.emplace(ManifestsOptions{.offline = offline}, *documents_, *store_, clock_);
    blobs_.emplace(BlobsOptions{.offline = offline}, *store_, clock_);
    lists_.emplace(ListsOptions{.offline = offline}, *documents_, *store_, clock_);
    registry_.emplace("docker.io", upstreams_, *manifests_, *blobs_, *lists_, *this);
    explainer_.emplace(
        ExplainerParts{upstreams_, *manifests_, *store_, clock_, offline, {"linux", "amd64", ""}});
    refresher_.emplace(upstreams_, *manifests_, clock_);
  }

  void answer_with(const std::string& bytes, const std::string& media_type) {
    upstream_answer_ = {};
    upstream_answer_.headers = {{"Content-Type", media_type},
                                {"Docker-Content-Digest", testing::sha256_of(bytes).str()}};
    upstream_answer_.body = bytes;
  }
  // The next question is answered like this, and it is about another tag.
  void meet(testing::FakeAnswer answer) {
    const auto proper = std::exchange(upstream_answer_, std::move(answer));
    (void)pull("other");
    upstream_answer_ = proper;
  }

  http::Response pull(const std::string& reference) {
    return registry_->handle(
        {"GET", "/v2/app/manifests/" + reference + "?ns=reg.test", {}, "", "node", ""});
  }
  Explanation explain(const std::string& name) {
    auto explanation = explainer_->explain(name);
    CHECK(explanation.ok());
    return *std::move(explanation);
  }

  static std::string descriptor(const std::string& bytes, const std::string& more = "") {
    return R"({"mediaType":"x/y","digest":")" + testing::sha256_of(bytes).str() + R"(","size":)" +
           std::to_string(bytes.size()) + more + "}";
  }

  const std::string config_ = testing::pattern_bytes(1000);
  const std::string layer_ = testing::pattern_bytes(3 << 20);
  const std::string manifest_ = R"({"schemaVersion":2,"config":)" + descriptor(config_) +
                                R"(,"layers":[)" + descriptor(layer_) + "]}";
  const std::string digest_ = testing::sha256_of(manifest_).str();

  std::optional<NamedDocuments> documents_;
  std::optional<Manifests> manifests_;
  std::optional<Blobs> blobs_;
  std::optional<Lists> lists_;
  std::optional<Registry> registry_;
  std::optional<Explainer> explainer_;
  std::optional<Refresher> refresher_;
};

}  // namespace larder::registry
