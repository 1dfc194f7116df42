// What listeners that check who asks stand on, from a config, with an upstream that answers.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "daemon/auth/encoding.h"
#include "daemon/cli/listener_access.h"
#include "tests/support/jwt_forge.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::cli {

class AccessTroubles final : public access::AccessObserver {
 public:
  void access_trouble(const std::string& what, const Error& why) override {
    troubles.push_back(what + ": " + std::string(to_string(why.code)));
  }
  void policy_decided(const access::PolicyDecision& decision) override {
    decisions.push_back(decision.is_allowed   ? "allow"
                        : decision.is_dry_run ? "would deny"
                                              : "deny");
  }
  void token_rejected(const access::TokenRejection&) override {}
  void token_asked(const tokens::TokenEvent&) override {}
  void policy_reloaded(const std::filesystem::path&, const policy::Policy&) override {}
  void policy_kept(const std::filesystem::path&, const Error&) override {}
  std::vector<std::string> troubles;
  std::vector<std::string> decisions;
};

class AnsweringRegistry final : public http::Handler {
  http::Response handle(const http::Request&) override { return {299, {}, "", {}}; }
  void finished(const http::Request&, const http::Exchange&) override {}
};

class ListenerAccessFixture : public testing::RegistryFixture {
 protected:
  ListenerAccessFixture() {
    config_.cache.path = directory_.path();
    config_.listeners = {listener("node", config::ListenerAuth::tenant),
                         listener("endpoint", config::ListenerAuth::required),
                         listener("open", config::ListenerAuth::none)};
    upstream_answer_ = {.headers = {{"Docker-Content-Digest", "sha256:" + std::string(64, 'a')},
                                    {"Content-Type", "application/vnd.oci.image.manifest.v1+json"}},
                        .body = "{}"};
  }
  static config::Listener listener(const std::string& name, config::ListenerAuth auth) {
    config::Listener one;
    one.name = name;
    one.auth = auth;
    return one;
  }
  Result<std::unique_ptr<ListenerAccess>> open() {
    return ListenerAccess::open(config_, {clients_, index_, *store_, clock_, observer_});
  }
  std::string why_not() {
    const auto opened = open();
    return opened.ok() ? "it opened" : describe(opened.error());
  }
  http::Response ask(ListenerAccess& access, const std::string& listener, const std::string& target,
                     const std::string& authorization = "") {
    http::Request request{"GET", target, {}, "127.0.0.1:1", listener};
    request.headers.add("Host", "127.0.0.1:5050");
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    return access.front(listener, registry_).handle(request);
  }
  // What is public at the upstream, through the listener for tenants.
  bool may_pull(ListenerAccess& access) {
    http::Request request{"GET", "", {}, "127.0.0.1:1", "node"};
    request.headers.add("Host", "127.0.0.1:5050");
    auto what = target();
    const registry::RegistryPath path{registry::RouteKind::manifest, "app", "7", ""};
    return !access.gates().at("node")->refuse(request, path, what).has_value();
  }
  static std::string text(const http::Response& response) {
    return std::get<std::string>(response.body);
  }
  mode_t mode_of(const std::string& name) const {
    struct stat found {};
    EXPECT_EQ(::stat((directory_.path() / name).c_str(), &found), 0) << name;
    return found.st_mode & 07777;
  }
  std::string content(const std::string& name) const {
    std::ifstream file(directory_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator(file), {}};
  }
  config::TokenIssuer cluster() {
    config::TokenIssuer issuer;
    issuer.name = "cluster";
    issuer.issuer = "https://cluster.test";
    issuer.audiences = {"larder"};
    issuer.kubernetes = true;
    issuer.jwks_file = directory_.path() / "jwks.json";
    std::ofstream(issuer.jwks_file) << forge_.jwks();
    return issuer;
  }
  // Of a pod on node n1, as a password.
  std::string pod_basic() const {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch();
    const std::string token = forge_.token(
        R"({"iss":"https://cluster.test","aud":["larder"],"sub":"system:serviceaccount:shop:web",)"
        R"("exp":)" +
        std::to_string(now.count() + 600) +
        R"(,"kubernetes.io":{"namespace":"shop","serviceaccount":{"name":"web"},)"
        R"("pod":{"name":"web-1"},"node":{"name":"n1"}}})");
    return "Basic " + auth::base64("any:" + token);
  }

  const testing::TempDirectory directory_;
  const testing::JwtForge forge_{"ES256", "k1"};
  Clients clients_{{}};
  AccessTroubles observer_;
  AnsweringRegistry registry_;
  config::Config config_;
};

}  // namespace larder::cli
