// Any text is a scope, a token request, a Basic header, an htpasswd file or not. A scope that is
// accepted says the same written out again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/challenge.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/bcrypt.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/auth/tokens/form.h"
#include "daemon/auth/tokens/htpasswd.h"
#include "daemon/auth/tokens/token_request.h"
#include "daemon/http/ascii.h"

namespace {

using namespace larder;
using namespace larder::tokens;

void check_scope(const std::vector<Access>& scope) {
  CHECK(scope.size() <= 64);
  const auto again = parse_scope(scope_text(scope));
  CHECK(again.ok() && *again == scope);
}

void try_request(const http::Request& request) {
  const auto parsed = parse_token_request(request);
  CHECK(parsed.request.has_value() == parsed.error.code.empty());
  if (!parsed.request) return;
  check_scope(parsed.request->scope);
  for (const auto& service : parsed.request->services) {
    CHECK(std::none_of(service.begin(), service.end(), http::is_control));
  }
}

void try_post(std::string_view body) {
  http::Request request{"POST", "/token", {}, "", "", std::string(body)};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  try_request(request);
}

void try_get(std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  http::Request request{"GET", "/token?" + std::string(text.substr(0, end)), {}, "", ""};
  request.headers.add("Authorization", std::string(text.substr(std::min(end + 1, text.size()))));
  try_request(request);
  static_cast<void>(bearer_token(request.headers));
}

void try_realm(std::string_view text) {
  http::Headers headers;
  headers.add("Host", std::string(text));
  const auto realm = realm_of(headers, false, "/token");
  if (!realm) return;
  const auto parsed = auth::parse_challenges(bearer_challenge({*realm, "s"}));
  CHECK(parsed.ok() && parsed->size() == 1 && parsed->front().realm == *realm);
}

void try_users(std::string_view text) {
  const auto users = Htpasswd::parse(text);
  if (users) CHECK(bcrypt_cost(users->hash_of("nobody at all")).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'p':
      try_post(text);
      break;
    case 'g':
      try_get(text);
      break;
    case 'r':
      try_realm(text);
      break;
    case 'u':
      try_users(text);
      break;
    default:
      if (const auto scope = parse_scope(text)) check_scope(*scope);
  }
  return 0;
}
