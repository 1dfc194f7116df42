#include "daemon/auth/tokens/jws.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/jwt_forge.h"

namespace larder::tokens {
namespace {

using testing::assemble;

constexpr const char* kHeader = R"({"alg":"ES256","kid":"k"})";

TEST(Jws, IsTakenApart) {
  const std::string token = assemble(R"({"typ":"application/JWT","alg":"RS256","kid":"k 1"})",
                                     R"({"sub":"x"})", "signature");

  const auto jws = parse_jws(token);

  ASSERT_TRUE(jws.ok()) << describe(jws.error());
  EXPECT_EQ(jws->algorithm, Algorithm::rs256);
  EXPECT_EQ(jws->kid, "k 1");
  EXPECT_EQ(jws->type, "jwt");
  EXPECT_EQ(jws->payload, R"({"sub":"x"})");
  EXPECT_EQ(jws->signature, "signature");
  EXPECT_EQ(jws->signed_part, token.substr(0, token.rfind('.')));
}

TEST(Jws, PassesOverACertificateChain) {
  EXPECT_TRUE(parse_jws(assemble(R"({"alg":"ES256","kid":"k","x5c":["AA=="]})", "{}", "s")).ok());
}

class BadJwsHeaders : public ::testing::TestWithParam<std::string> {};

TEST_P(BadJwsHeaders, AreRefused) {
  const auto jws = parse_jws(assemble(GetParam(), "{}", "s"));

  ASSERT_FALSE(jws.ok());
  EXPECT_EQ(jws.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadJwsHeaders,
    ::testing::Values(
        R"({"alg":"none","kid":"k"})", R"({"alg":"None","kid":"k"})", R"({"alg":"","kid":"k"})",
        R"({"alg":"HS256","kid":"k"})", R"({"alg":"es256","kid":"k"})", R"({"kid":"k"})",
        R"({"alg":["ES256"],"kid":"k"})", R"({"alg":null,"kid":"k"})", R"({"alg":"ES256"})",
        R"({"alg":"ES256","kid":""})", R"({"alg":"ES256","kid":1})",
        R"({"alg":"ES256","kid":"a\u0000b"})", R"({"alg":"ES256","alg":"ES256","kid":"k"})",
        R"({"alg":"none","kid":"k","alg":"ES256"})", R"({"alg":"ES256","kid":"k","kid":"l"})",
        R"({"alg":"ES256","kid":"k","jwk":{"kty":"EC"}})",
        R"({"alg":"ES256","kid":"k","jwk":null})",
        R"({"alg":"ES256","kid":"k","jku":"https://evil.example/keys"})",
        R"({"alg":"ES256","kid":"k","x5u":"https://evil.example/cert"})",
        R"({"alg":"ES256","kid":"k","crit":["exp"]})", R"({"alg":"ES256","kid":"k","crit":[]})",
        R"({"alg":"ES256","kid":"k","b64":false})", R"({"alg":"ES256","kid":"k","zip":"DEF"})",
        R"({"alg":"ES256","kid":"k","typ":1})", R"(["ES256"])", "", "x", "{"));

TEST(Jws, RefusesWhatIsNotThreePartsOfBase64url) {
  const std::string good = assemble(kHeader, "{}", "s");
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), good + ".",
        good + ".AA", good + "=", good + " ", " " + good, good + "\n", "=" + good,
        good.substr(0, good.size() - 2), std::string("e30.e30.AA"), std::string(20'000, '.'),
        good + std::string("\0", 1)}) {
    EXPECT_FALSE(parse_jws(token).ok()) << token.substr(0, 60);
  }
}

TEST(Jws, RefusesHugeTokensBeforeDecodingThem) {
  const std::string header = R"({"alg":"ES256","kid":"k"})";
  const auto fits = parse_jws(assemble(header, std::string(12'000, ' '), "s"));
  const auto huge = parse_jws(assemble(header, std::string(13'000, ' '), "s"));

  EXPECT_TRUE(fits.ok());
  ASSERT_FALSE(huge.ok());
  EXPECT_EQ(huge.error().context, "token: too large");
  EXPECT_EQ(parse_jws(std::string(1 << 20, '!')).error().context, "token: too large");
}

TEST(Jws, RefusesASecondSpellingOfASignature) {
  const std::string good = assemble(kHeader, "{}", "s");  // one byte: 4 bits of its end are unused
  std::string second = good;
  ++second.back();

  EXPECT_TRUE(parse_jws(good).ok());
  EXPECT_FALSE(parse_jws(second).ok());
}

TEST(Jws, IsToldFromAPassword) {
  EXPECT_TRUE(looks_like_jws(assemble(kHeader, "{}", "s")));
  EXPECT_TRUE(looks_like_jws(assemble("{\n\"alg\":1}", "{}", "s")));
  for (const auto* password : {"", "secret", "eyJ", "eyJhbGciOiJub25lIn0", "a.b.c", "ey.b.c"}) {
    EXPECT_FALSE(looks_like_jws(password)) << password;
  }
}

}  // namespace
}  // namespace larder::tokens
