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

  testing::RecordingResponse response_;
};

}  // namespace larder::upstream
