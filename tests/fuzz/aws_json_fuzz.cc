// Any text is keys, a credential, an error or a command, or none of them; what is accepted can be
// sent, and no error repeats what was read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/aws/credential_process.h"
#include "daemon/auth/aws/ecr_answer.h"
#include "daemon/auth/aws/ecr_host.h"
#include "daemon/auth/aws/endpoints.h"
#include "daemon/auth/aws/keys_json.h"
#include "daemon/auth/aws/service_error.h"

namespace {

using namespace larder::aws;

void check(const larder::Result<Keys>& keys) {
  if (keys.ok()) {
    CHECK(check_keys(*keys).ok());
  } else {
    CHECK(keys.error().context.size() < 150);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(parse_metadata_keys(text));
  check(parse_process_keys(text));
  if (const auto credential = parse_authorization(text); credential.ok()) {
    CHECK(credential->expires.has_value());
    CHECK(credential->username.find(':') == std::string::npos);
  }
  const auto url = larder::http::Url::parse("https://api.ecr.eu-west-1.amazonaws.com").value();
  const auto error = to_error("ECR", url, 400, parse_json_error(text));
  CHECK(std::all_of(error.context.begin(), error.context.end(),
                    [](char c) { return c >= ' ' && c < 0x7f; }));
  if (const auto words = split_command(text); words.ok()) CHECK(!words->empty());
  if (const auto host = parse_ecr_host(text); host && host->region.size() <= 63) {
    CHECK(ecr_api(host->region, {host->fips, host->dual_stack}).ok());
  }
  return 0;
}
