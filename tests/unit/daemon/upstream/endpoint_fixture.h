// Sends one request for a blob through a FakeEndpointTest's endpoint.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {

using Strings = std::vector<std::string>;

class EndpointTest : public FakeEndpointTest {
 protected:
  Status send(const std::string& method = "GET") {
    RegistryRequest request;
    request.method = method;
    request.path = "/v2/team/app/blobs/x";
    request.repository = "team/app";
    request.headers.add("Range", "bytes=1-");
    return endpoint_->send(request, response_, {});
  }

  // The same in a tenant's name; nobody's without a password.
  Status send_as(const std::string& id, const std::string& password = "") {
    RegistryRequest request;
    request.path = "/v2/team/app/blobs/x";
    request.repository = "team/app";
    request.as = std::make_shared<auth::Tenant>(
        auth::Tenant{id, {.username = password.empty() ? "" : id, .password = password}});
    return endpoint_->send(request, response_, {});
  }
  std::vector<bool> certificates_shown() const {
    std::vector<bool> shown;
    for (const auto& one : client_->requests()) shown.push_back(one.with_certificate);
    return shown;
  }

  testing::RecordingResponse response_;
};

}  // namespace larder::upstream
