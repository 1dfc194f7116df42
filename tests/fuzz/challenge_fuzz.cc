// Any text is a list of challenges or not; one that is accepted says the same written out again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/challenge.h"

namespace {

using namespace larder::auth;

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  return text + "\"";
}

std::string rewrite(const Challenge& challenge) {
  const bool bearer = challenge.scheme == Challenge::Scheme::bearer;
  const bool basic = challenge.scheme == Challenge::Scheme::basic;
  return std::string(bearer  ? "Bearer"
                     : basic ? "Basic"
                             : "Other") +
         " realm=" + quoted(challenge.realm) + ", service=" + quoted(challenge.service) +
         ", scope=" + quoted(challenge.scope) + ", error=" + quoted(challenge.error);
}

bool is_clean(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto challenges = parse_challenges({reinterpret_cast<const char*>(data), size});
  if (!challenges) return 0;
  CHECK(!challenges->empty());
  std::string again;
  for (const auto& challenge : *challenges) {
    CHECK(is_clean(challenge.realm) && is_clean(challenge.service) && is_clean(challenge.scope));
    again += rewrite(challenge) + ", ";
  }
  const auto reread = parse_challenges(again);
  CHECK(reread.ok());
  CHECK(*reread == *challenges);
  return 0;
}
