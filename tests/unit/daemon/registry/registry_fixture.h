// A registry over a store in memory and an upstream that answers as told.
#pragma once

#include <memory>
#include <string>

#include "daemon/auth/credential_sources.h"
#include "daemon/registry/registry.h"
#include "tests/support/fake_client.h"
#include "tests/support/health_book.h"
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
  void tag_gone(const cache::TagName& name) override { gone_.push_back(name.str()); }
  void tag_moved(const cache::TagName& name, const cache::Digest&, const cache::Digest&) override {
    moved_.push_back(name.str());
  }
  void request_ended(const std::string&, const std::string&, int, std::uint64_t,
                     const Status&) override {}
  void answer_useless(const std::string&, const std::string&, const Error&) override {}
  void asked_for_credential(const std::string&, const std::string&, const Status&,
                            Duration) override {}

  upstream::Upstreams make_upstreams() {
    const auto make = [this](const std::string& host) {
      std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
      const auto url = *http::Url::parse("https://" + host);
      endpoints.push_back(std::make_unique<upstream::Endpoint>(upstream::EndpointParts{
          host, url, http::Reach::anywhere, client_, std::make_unique<auth::AnonymousCredentials>(),
          clock_, *this, health_.book.of(url)}));
      return std::make_unique<upstream::Upstream>(host, std::move(endpoints));
    };
    return upstream::Upstreams({{"reg.test", make}, {"docker.io", make}});
  }

  registry::Target target() { return {upstreams_.find("reg.test"), "app"}; }

  FakeHealthBook health_{clock_};
  FakeAnswer upstream_answer_;
  FakeClient client_{[this](const http::ClientRequest&) { return upstream_answer_; }};
  upstream::Upstreams upstreams_ = make_upstreams();
  registry::RouteKind finished_kind_ = registry::RouteKind::unknown;
  std::string stale_;
  std::vector<std::string> gone_;
  std::vector<std::string> moved_;
};

}  // namespace larder::testing
