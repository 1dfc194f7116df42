// Any text is a Docker config, an answer of a helper or of a plugin, a token, or none of them; what
// is found in it is one kind of credential each, and no complaint repeats what may be a secret.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/cloud/jwt_expiry.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/sources/credential_helper.h"
#include "daemon/auth/sources/docker_config.h"
#include "daemon/auth/sources/plugin_protocol.h"

namespace {

using namespace larder;
using namespace larder::auth;

constexpr std::size_t kComplaintBytesMax = 1200;  // a key of 1,024 bytes, and words

void check_complaint(const Error& error) {
  CHECK(error.context.size() <= kComplaintBytesMax);
  CHECK(std::ranges::all_of(error.context, [](char c) { return c >= ' ' && c < 0x7f; }));
}

void check_credential(const Credential& one) {
  const bool is_basic = !one.username.empty() && !one.password.empty();
  CHECK(is_basic + !one.identity_token.empty() + !one.registry_token.empty() == 1);
}

void check_auths(const ByImage<Result<Credential>>& auths) {
  for (const char* host : {"docker.io", "quay.io", "reg.example:5000", "[::1]:5000"}) {
    const auto found = find_credentials(auths, location_of({host, "team/app"}));
    if (!found) {
      check_complaint(found.error());
      continue;
    }
    CHECK(found->size() <= 16);
    std::ranges::for_each(*found, check_credential);
  }
}

void check_config(std::string_view text) {
  for (const auto form : {DockerConfigForm::config_json, DockerConfigForm::dockercfg}) {
    for (const auto fields : {DockerConfigFields::all, DockerConfigFields::of_kubelet}) {
      const auto config = parse_docker_config(text, form, fields);
      config ? check_auths(config->auths) : check_complaint(config.error());
    }
  }
}

void check_pattern(std::string_view text) {
  const auto pattern = ImagePattern::parse(text);
  if (!pattern || pattern->str().find("/v") != std::string::npos) return;
  const auto again = ImagePattern::parse(pattern->str());
  CHECK(again && again->str() == pattern->str());
}

void check_answers(std::string_view text) {
  const auto kept = parse_helper_answer({.exit_status = 0, .output = std::string(text)});
  if (!kept) check_complaint(kept.error());
  if (kept && *kept) check_credential(**kept);
  const auto failed = parse_helper_answer({.exit_status = 1, .output = std::string(text)});
  if (!failed) check_complaint(failed.error());
  const auto answer = parse_plugin_answer(text);
  answer ? check_auths(answer->auth) : check_complaint(answer.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_config(text);
  check_pattern(text);
  check_answers(text);
  (void)jwt_expiry(text);
  const auto bytes = base64_decoded(text);
  CHECK(!bytes || base64(*bytes).starts_with(text.substr(0, text.find('='))));
  return 0;
}
