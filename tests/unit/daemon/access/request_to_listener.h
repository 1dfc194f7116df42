// Requests as a listener gets them, and what of its answers tells whether it lets them pass.
#pragma once

#include <string>

#include "daemon/http/message.h"

namespace larder::testing {

inline http::Request request_to(const std::string& target, const std::string& token = "") {
  http::Request request{"GET", target, {}, "10.1.2.3:51324", "node"};
  request.headers.add("Host", "mirror.test:5050");
  if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
  return request;
}

inline std::string challenge_of(const http::Response& response) {
  return std::string(response.headers.find("WWW-Authenticate").value_or("(none)"));
}

}  // namespace larder::testing
