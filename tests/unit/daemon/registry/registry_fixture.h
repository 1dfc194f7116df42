// A registry over a store in memory and an upstream that answers as told.
#pragma once

#include <memory>
#include <string>

#include "daemon/auth/credential_sources.h"
#include "daemon/registry/registry.h"
#include "tests/support/fake_client.h"
#include "tests/support/store_fixture.h"

namespace larder::testing {

class RegistryFixture : public StoreFixture,
                        public registry::RegistryObserver,
                        public upstream::UpstreamObserver {
 protected:
  void request_finished(const http::Request&, registry::RouteKind kind,
                        const http::Exchange&) override {
    finished_kind_ = kind;
  }
  void stale_served(std::string_view, std::string_view reason) override { stale_ = reason; }
  void request_ended(const std::string&, const std::string&, int, std::uint64_t,
                     const Status&) override {}

  upstream::Upstreams make_upstreams() {
    const auto make = [this](const std::string& host) {
      std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
      endpoints.push_back(std::make_unique<upstream::Endpoint>(
          host, *http::Url::parse("https://" + host), http::Reach::anywhere, client_,
          std::make_unique<auth::AnonymousCredentials>(), clock_, *this));
      return std::make_unique<upstream::Upstream>(host, std::move(endpoints));
    };
    return upstream::Upstreams({{"reg.test", make}, {"docker.io", make}});
  }

  registry::Target target() { return {upstreams_.find("reg.test"), "app"}; }

  FakeAnswer upstream_answer_;
  FakeClient client_{[this](const http::ClientRequest&) { return upstream_answer_; }};
  upstream::Upstreams upstreams_ = make_upstreams();
  registry::RouteKind finished_kind_ = registry::RouteKind::unknown;
  std::string stale_;
};

}  // namespace larder::testing
