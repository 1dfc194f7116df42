// A registry asked for lists, over a store in memory and an upstream that answers as told.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::testing {

class ListsFixture : public RegistryFixture {
 protected:
  // What a restart would begin with, with other options.
  void start(bool offline) {
    documents_.emplace(registry::NamedDocumentsOptions{.offline = offline},
                       upstream::FreshnessRules({{"**", std::chrono::minutes(15), std::nullopt}}),
                       *store_, clock_, *executor_, *this);
    lists_.emplace(registry::ListsOptions{.offline = offline}, *documents_, *store_, clock_);
    registry_.emplace("docker.io", upstreams_, manifests_, blobs_, *lists_, *this);
  }
  ListsFixture() { start(/*offline=*/false); }

  // The answer from now on, with a next page if any.
  void answer_with(const std::string& body, const std::string& next = "") {
    upstream_answer_ = {.body = body};
    if (!next.empty()) upstream_answer_.headers = {{"Link", "<" + next + ">; rel=\"next\""}};
  }

  http::Response ask(const std::string& target, const std::string& method = "GET") {
    return registry_->handle({method, target, {}, "127.0.0.1:1", "node"});
  }

  void keep_tag(const std::string& tag, const std::string& repository = "app") {
    store_->put_tag({"reg.test", repository, tag}, {sha256_of(tag), "m", 1, {}, {}});
  }

  static std::string body_of(const http::Response& response) {
    return std::get<std::string>(response.body);
  }
  static std::vector<std::string> tags_in(const http::Response& response) {
    return nlohmann::json::parse(body_of(response)).value("tags", std::vector<std::string>());
  }
  static std::string header(const http::Response& response, std::string_view name) {
    return std::string(response.headers.find(name).value_or("(none)"));
  }

  std::optional<registry::NamedDocuments> documents_;
  registry::NamedDocuments tags_{{},   upstream::FreshnessRules({}), *store_, clock_, *executor_,
                                 *this};
  registry::Manifests manifests_{{}, tags_, *store_, clock_};
  registry::Blobs blobs_{{}, *store_, clock_};
  std::optional<registry::Lists> lists_;
  std::optional<registry::Registry> registry_;
};

}  // namespace larder::testing
