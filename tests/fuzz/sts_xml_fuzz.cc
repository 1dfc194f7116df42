// Any text is an answer of STS or not; one that is accepted has keys that can be sent, and what is
// told of an error is one printable line, however long the answer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/aws/sts_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace larder::aws;
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  for (const char* action : {"AssumeRole", "AssumeRoleWithWebIdentity"}) {
    const auto keys = parse_sts_keys(xml, action);
    if (!keys) continue;
    CHECK(check_keys(*keys).ok());
    CHECK(!keys->session_token.empty() && keys->expires.has_value());
  }

  const auto url = larder::http::Url::parse("https://sts.eu-west-1.amazonaws.com").value();
  const auto error = to_error("STS", url, 403, parse_xml_error(xml));
  CHECK(error.context.size() < 500);
  CHECK(std::all_of(error.context.begin(), error.context.end(),
                    [](char c) { return c >= ' ' && c < 0x7f; }));
  return 0;
}
