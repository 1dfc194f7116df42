// Any text is what a signature says of itself or not; none that is made up is ever good.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/base/check.h"
#include "daemon/auth/aws/request_signature.h"

namespace {

using namespace larder;

constexpr WallTime kNow{std::chrono::seconds(1768465800)};  // 20260115T083000Z

http::Request signed_with(std::string authorization) {
  http::Request request{"POST", "/", {}, "10.1.2.3:51324", "node", "{}"};
  request.headers.add("Host", "api.ecr.eu-west-1.amazonaws.com");
  request.headers.add("X-Amz-Date", "20260115T083000Z");
  request.headers.add("Authorization", std::move(authorization));
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = signed_with({reinterpret_cast<const char*>(data), size});
  const auto found = aws::find_request_signature(request.headers);
  if (!found.ok()) return 0;
  const auto& signature = **found;
  const auto& names = signature.signed_headers;
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::binary_search(names.begin(), names.end(), "host"));
  CHECK(signature.access_key_id.find('/') == std::string::npos);
  CHECK(!aws::check_request_signature(request, signature, "a secret that nobody has",
                                      signature.scope.service, kNow)
             .ok());
  return 0;
}
