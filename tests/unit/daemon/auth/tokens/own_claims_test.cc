#include "daemon/auth/tokens/own_claims.h"

#include <gtest/gtest.h>

#include <string>

namespace larder::tokens {
namespace {

TEST(OwnClaims, OfAnotherFormAreRefused) {
  const std::string times = R"("aud":"s","exp":2,"nbf":1,"iat":1,)";
  const std::string subject = R"("larder":{"kind":"user"})";
  ASSERT_TRUE(parse_own_claims("{" + times + R"("access":[],)" + subject + "}").ok());
  for (const std::string& text :
       {std::string("{}"), "{" + times + subject + "}", "{" + times + R"("access":[]})",
        "{" + times + R"("access":[1],)" + subject + "}",
        "{" + times + R"("access":[{"type":1}],)" + subject + "}",
        "{" + times + R"("access":[],"larder":{"kind":"root"}})",
        "{" + times + R"("access":[],"larder":{"kind":"user","pod":1}})",
        "{" + times + R"("access":[],"larder":"user"})",
        R"({"aud":"s","nbf":1,"iat":1,"access":[],)" + subject + "}",
        R"({"aud":["s","t"],"exp":2,"nbf":1,"iat":1,"access":[],)" + subject + "}"}) {
    EXPECT_FALSE(parse_own_claims(text).ok()) << text;
  }
}

TEST(OwnClaims, SurviveAnyText) {
  OwnClaims claims;
  claims.audience = "s";
  claims.subject.name = "\xff\xfe\"";

  EXPECT_TRUE(parse_own_claims(own_claims_text(claims)).ok());
}

}  // namespace
}  // namespace larder::tokens
