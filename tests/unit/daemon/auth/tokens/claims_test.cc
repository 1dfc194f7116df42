#include "daemon/auth/tokens/claims.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace larder::tokens {
namespace {

using std::chrono::seconds;

constexpr seconds kNowSeconds{1'700'000'000};
const WallTime kNow{kNowSeconds};

ClaimRules rules() {
  return {"https://issuer.example", {"node-mirror", "other"}, seconds(60)};
}

Claims good_claims() {
  Claims claims;
  claims.issuer = "https://issuer.example";
  claims.subject = "x";
  claims.audiences = {"someone", "node-mirror"};
  claims.expires = kNow + seconds(300);
  claims.not_before = kNow;
  claims.issued_at = kNow;
  return claims;
}

TEST(ParseGroups, TakesOneOrSeveralOrNone) {
  EXPECT_EQ(*parse_groups(R"({"groups":["dev","ops"]})"), (std::vector<std::string>{"dev", "ops"}));
  EXPECT_EQ(*parse_groups(R"({"groups":"dev"})"), std::vector<std::string>{"dev"});
  EXPECT_EQ(*parse_groups(R"({"sub":"x"})"), std::vector<std::string>{});
}

TEST(ParseGroups, RefusesWhatItWouldHaveToCutShort) {
  const auto list = [](int count, const std::string& group) {
    std::string text = R"({"groups":[")" + group + "\"";
    for (int i = 1; i < count; ++i) text += ",\"" + group + "\"";
    return text + "]}";
  };

  EXPECT_TRUE(parse_groups(list(128, "dev")).ok());
  EXPECT_EQ(parse_groups(list(129, "dev")).error().code, Errc::invalid);
  EXPECT_TRUE(parse_groups(list(6, std::string(1024, 'x'))).ok());
  EXPECT_EQ(parse_groups(list(7, std::string(1024, 'x'))).error().code, Errc::invalid);
  EXPECT_EQ(parse_groups(R"({"groups":[1]})").error().code, Errc::invalid);
  EXPECT_EQ(parse_groups(R"({"groups":{"dev":true}})").error().code, Errc::invalid);
}

TEST(Claims, AreReadFromAPayload) {
  const auto claims = parse_claims(
      R"({"iss":"i","sub":"s","aud":"a","exp":1700000300,"nbf":1699999990,"iat":1700000000,)"
      R"("jti":"j","extra":{"a":1}})");

  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->issuer, "i");
  EXPECT_EQ(claims->subject, "s");
  EXPECT_EQ(claims->audiences, std::vector<std::string>{"a"});
  EXPECT_EQ(claims->expires, kNow + seconds(300));
  EXPECT_EQ(claims->not_before, kNow - seconds(10));
  EXPECT_EQ(claims->issued_at, kNow);
  EXPECT_EQ(claims->id, "j");
}

TEST(Claims, OfTheWrongKindAreRefused) {
  for (const std::string text :
       {"", "[]", R"({"iss":1})", R"({"sub":["a"]})", R"({"aud":{"a":1}})", R"({"aud":[1]})",
        R"({"exp":"1700000300"})", R"({"exp":null})", R"({"nbf":-1})", R"({"iat":1e99})",
        R"({"jti":7})", R"({"sub":"a\u0000b"})", R"({"exp":1,"exp":2})", R"({"aud":null})",
        R"({"iss":"a","x":{"y":1,"y":2}})"}) {
    EXPECT_FALSE(parse_claims(text).ok()) << text;
  }
}

TEST(Claims, AreGoodWithinTheLeewayOfOtherClocks) {
  Claims just_expired = good_claims();
  just_expired.expires = kNow - seconds(59);
  Claims nearly_valid = good_claims();
  nearly_valid.not_before = kNow + seconds(60);
  nearly_valid.issued_at = kNow + seconds(60);

  EXPECT_TRUE(check_claims(good_claims(), rules(), kNow).ok());
  EXPECT_TRUE(check_claims(just_expired, rules(), kNow).ok());
  EXPECT_TRUE(check_claims(nearly_valid, rules(), kNow).ok());
}

struct BadClaims {
  const char* why;
  void (*damage)(Claims&);
};

class BadClaimsTest : public ::testing::TestWithParam<BadClaims> {};

TEST_P(BadClaimsTest, AreDeniedWithTheReason) {
  Claims claims = good_claims();
  GetParam().damage(claims);

  const auto checked = check_claims(claims, rules(), kNow);

  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().code, Errc::denied);
  EXPECT_EQ(checked.error().context, std::string("token: ") + GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadClaimsTest,
    ::testing::Values(
        BadClaims{"another issuer", [](Claims& c) { c.issuer += "/"; }},
        BadClaims{"another issuer", [](Claims& c) { c.issuer.clear(); }},
        BadClaims{"another issuer", [](Claims& c) { c.issuer = "HTTPS://issuer.example"; }},
        BadClaims{"another audience", [](Claims& c) { c.audiences = {"https://api.example"}; }},
        BadClaims{"another audience", [](Claims& c) { c.audiences = {}; }},
        BadClaims{"another audience", [](Claims& c) { c.audiences = {""}; }},
        BadClaims{"another audience", [](Claims& c) { c.audiences = {"Node-Mirror"}; }},
        BadClaims{"it would never expire", [](Claims& c) { c.expires.reset(); }},
        BadClaims{"expired", [](Claims& c) { c.expires = kNow - seconds(60); }},
        BadClaims{"expired", [](Claims& c) { c.expires = WallTime(); }},
        BadClaims{"not yet valid", [](Claims& c) { c.not_before = kNow + seconds(61); }},
        BadClaims{"issued in the future", [](Claims& c) { c.issued_at = kNow + seconds(61); }}));

}  // namespace
}  // namespace larder::tokens
