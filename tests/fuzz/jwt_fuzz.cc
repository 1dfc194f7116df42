// Any text is a token, a claim set, a key set or not. What is accepted has one spelling, and
// nothing that was not signed with the issuer's key ever proves a subject.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/claims.h"
#include "daemon/auth/tokens/jwk_set.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/key_document.h"
#include "daemon/auth/tokens/oidc_issuer.h"
#include "daemon/auth/tokens/own_claims.h"
#include "daemon/auth/tokens/service_account.h"

namespace {

using namespace larder;
using namespace larder::tokens;

// The public half of RFC 7515's example keys, under the names that the corpus uses.
constexpr const char* kJwks = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k","use":"sig",)"
                              R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                              R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

class FixedJwks final : public JwksSource {
 public:
  Result<std::string> fetch(MonoTime) override { return std::string(kJwks); }
};

struct Issuer {
  static OidcRules rules() {
    OidcRules rules;
    rules.name = "i";
    rules.issuer = "i";
    rules.audiences = {"a"};
    return rules;
  }

  SystemClock clock{};
  FixedJwks source{};
  IssuerKeys keys{{}, source, clock};
  OidcIssuer issuer{rules(), keys, clock};
  OidcIssuers all{{&issuer}};
};

void try_token(std::string_view text, Issuer& issuer) {
  CHECK(!issuer.all.check(text).ok());
  const auto jws = parse_jws(text);
  if (!jws) return;
  CHECK(text.size() <= kTokenBytesMax && !jws->kid.empty() && !jws->signature.empty());
  CHECK(std::string(jws->signed_part) + "." + auth::base64url(jws->signature) == text);
  CHECK(jws->signed_part.ends_with("." + auth::base64url(jws->payload)));
}

void try_base64(std::string_view text) {
  const auto bytes = auth::base64url_decoded(text);
  if (bytes) CHECK(auth::base64url(*bytes) == text);
  CHECK(*auth::base64url_decoded(auth::base64url(text)) == text);
}

void try_claims(std::string_view text) {
  static_cast<void>(parse_claims(text));
  static_cast<void>(parse_service_account(text));
  const auto own = parse_own_claims(text);
  if (!own) return;
  const auto again = parse_own_claims(own_claims_text(*own));
  CHECK(again.ok() && again->subject == own->subject && again->access == own->access);
}

void try_keys(std::string_view text) {
  if (const auto set = JwkSet::parse(text)) CHECK(set->size() > 0);
  const auto keys = parse_key_document(text);
  if (!keys) return;
  const auto again = parse_key_document(key_document(*keys));
  CHECK(again.ok() && again->size() == keys->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto issuer = std::make_unique<Issuer>();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 't':
      try_token(text, *issuer);
      break;
    case 'c':
      try_claims(text);
      break;
    case 'k':
      try_keys(text);
      break;
    case 's': {
      // A header and a payload in clear: the fuzzer need not know base64.
      const auto end = text.find('\n');
      const auto rest = end == std::string_view::npos ? text : text.substr(end + 1);
      try_token(auth::base64url(text.substr(0, end)) + "." + auth::base64url(rest) + "." +
                    auth::base64url(std::string(64, 'x')),
                *issuer);
      break;
    }
    default:
      try_base64(text);
  }
  return 0;
}
