#include "daemon/auth/challenge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace larder::auth {
namespace {

using Scheme = Challenge::Scheme;

struct Good {
  const char* value;
  std::vector<Challenge> challenges;
};

class GoodChallenges : public ::testing::TestWithParam<Good> {};

TEST_P(GoodChallenges, AreUnderstood) {
  const auto parsed = parse_challenges(GetParam().value);

  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(*parsed, GetParam().challenges);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodChallenges,
    ::testing::Values(
        Good{R"(Bearer realm="https://auth.example/token",service="reg.example",)"
             R"(scope="repository:team/app:pull,push")",
             {{Scheme::bearer, "https://auth.example/token", "reg.example",
               "repository:team/app:pull,push", ""}}},
        Good{R"(Bearer realm="https://r/t",scope="a:b:pull c:d:pull",error="insufficient_scope")",
             {{Scheme::bearer, "https://r/t", "", "a:b:pull c:d:pull", "insufficient_scope"}}},
        Good{R"(bEARER REALM="x" , Service=reg.example)",
             {{Scheme::bearer, "x", "reg.example", "", ""}}},
        Good{"Bearer realm\t=\t\"x\"", {{Scheme::bearer, "x", "", "", ""}}},
        Good{R"(Basic realm="a \"quoted\" \\ name")",
             {{Scheme::basic, R"(a "quoted" \ name)", "", "", ""}}},
        Good{R"(Basic realm="a, b", Bearer realm="c",service="d")",
             {{Scheme::basic, "a, b", "", "", ""}, {Scheme::bearer, "c", "d", "", ""}}},
        Good{R"(Negotiate, Basic realm="a")",
             {{Scheme::other, "", "", "", ""}, {Scheme::basic, "a", "", "", ""}}},
        Good{R"(Negotiate YWJj==, Basic realm="a")",
             {{Scheme::other, "", "", "", ""}, {Scheme::basic, "a", "", "", ""}}},
        Good{R"(Negotiate YWJj=)", {{Scheme::other, "", "", "", ""}}},
        Good{R"(Digest realm="a",nonce="n",qop="auth", Basic realm="b")",
             {{Scheme::other, "a", "", "", ""}, {Scheme::basic, "b", "", "", ""}}},
        Good{R"(, ,Bearer realm="a",, service="b" ,)", {{Scheme::bearer, "a", "b", "", ""}}},
        Good{R"(Bearer realm="",unknown="x")", {{Scheme::bearer, "", "", "", ""}}},
        Good{"Bearer", {{Scheme::bearer, "", "", "", ""}}}));

class BadChallenges : public ::testing::TestWithParam<const char*> {};

TEST_P(BadChallenges, AreRefused) {
  const auto parsed = parse_challenges(GetParam());

  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadChallenges,
                         ::testing::Values("", " ", ",,", "\"Bearer\"", "Bearer realm=\"unended",
                                           "Bearer realm=\"a\\", "Bearer realm=\"a\"service=\"b\"",
                                           "Bearer realm=\"a\" service=\"b\"",
                                           "Bearer realm=\"a\",realm=\"b\"",
                                           "Bearer realm=\"a\x01\"", "Bearer realm=\"a\nb\"",
                                           "Bearer realm=,service=\"a\"b",
                                           "Bearer realm=\"a\"; service=\"b\"", "Bearer (comment)",
                                           "Bearer/1 x", "Bearer abc def"));

TEST(Challenge, OfAThousandParametersIsRefused) {
  std::string challenge = "Bearer realm=\"https://auth.example/token\"";
  for (int i = 0; i < 1000; ++i) challenge += ",p" + std::to_string(i) + "=\"x\"";

  EXPECT_EQ(parse_challenges(challenge).error().context, "challenge: too many parameters");
}

TEST(Challenge, OfManyCommasTakesLinearTime) {
  const std::string commas(60'000, ',');

  EXPECT_TRUE(parse_challenges("Bearer realm=\"a\"" + commas).ok());
}

}  // namespace
}  // namespace larder::auth
