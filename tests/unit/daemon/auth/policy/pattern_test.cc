#include "daemon/auth/policy/pattern.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

constexpr PatternGrammar kWildcards{.wildcards = true};

Match match(std::string_view pattern, std::string_view text,
            const PatternGrammar& grammar = kWildcards,
            const PolicyRequest& request = web_pulls()) {
  Patterns patterns;
  patterns.add(parse_pattern("something in front", grammar).value());
  const Range only{patterns.add(parse_pattern(pattern, grammar).value()), 1};
  patterns.add(parse_pattern("*", grammar).value());
  return patterns.match(only, text, Facts(request));
}

struct PatternCase {
  const char* pattern;
  const char* text;
  Match expected;
};

class PatternCases : public ::testing::TestWithParam<PatternCase> {};

TEST_P(PatternCases, AreDecided) {
  EXPECT_EQ(match(GetParam().pattern, GetParam().text), GetParam().expected)
      << GetParam().pattern << " and " << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Wildcards, PatternCases,
    ::testing::Values(
        PatternCase{"abc", "abc", Match::yes}, PatternCase{"abc", "abcd", Match::no},
        PatternCase{"abc", "ab", Match::no}, PatternCase{"abc", "Abc", Match::no},
        PatternCase{"*", "", Match::yes}, PatternCase{"*", "a/b", Match::yes},
        PatternCase{"a*", "a", Match::yes}, PatternCase{"a*", "b", Match::no},
        PatternCase{"*c", "abc", Match::yes}, PatternCase{"*c", "abd", Match::no},
        PatternCase{"a*c", "ac", Match::yes}, PatternCase{"a*c", "a", Match::no},
        PatternCase{"ab*ba", "aba", Match::no}, PatternCase{"a**c", "abbc", Match::yes},
        PatternCase{"*b*", "abc", Match::yes}, PatternCase{"*b*", "ac", Match::no},
        PatternCase{"*ab*cd*", "xaabxcd", Match::yes}, PatternCase{"*ab*cd*", "cdab", Match::no},
        PatternCase{"*aab", "aaab", Match::yes}, PatternCase{"a*?b", "ab", Match::no},
        PatternCase{"a*?b", "axyb", Match::yes}, PatternCase{"?", "", Match::no},
        PatternCase{"?", "a", Match::yes}, PatternCase{"?", "ab", Match::no},
        PatternCase{"a?c", "abc", Match::yes}, PatternCase{"a?c", "ac", Match::no},
        PatternCase{"a?", "a", Match::no}, PatternCase{"?b?d*", "abcd", Match::yes},
        PatternCase{"*?", "", Match::no}, PatternCase{"a${*}c", "a*c", Match::yes},
        PatternCase{"a${*}c", "abc", Match::no}, PatternCase{"${$}{a}${?}", "${a}?", Match::yes},
        PatternCase{"$a", "$a", Match::yes}, PatternCase{"a$", "a$", Match::yes}));

INSTANTIATE_TEST_SUITE_P(
    Variables, PatternCases,
    ::testing::Values(PatternCase{"x/${registry:Namespace}/*", "x/shop/app", Match::yes},
                      PatternCase{"x/${registry:Namespace}/*", "x/shopping/app", Match::no},
                      PatternCase{"x/${registry:Namespace}/*", "y/shop/app", Match::no},
                      PatternCase{"${REGISTRY:namespace}", "shop", Match::yes},
                      PatternCase{"*${registry:Namespace}*", "my-sho-shop-2", Match::yes},
                      PatternCase{"${registry:ServiceAccount}", "shop/web", Match::yes},
                      PatternCase{"a${registry:Namespace}?b", "ashop1b", Match::yes}));

TEST(Pattern, WithoutWildcardsTakesThemLiterally) {
  EXPECT_EQ(match("a*?", "a*?", {}), Match::yes);
  EXPECT_EQ(match("a*?", "abc", {}), Match::no);
}

TEST(Pattern, IgnoresCaseWhenToldTo) {
  EXPECT_EQ(match("aBc", "AbC", {.ignores_case = true}), Match::yes);
  EXPECT_EQ(match("x${registry:Namespace}Y", "XSHOPy", {.ignores_case = true}), Match::yes);
  EXPECT_EQ(match("aBc", "AbCd", {.ignores_case = true}), Match::no);
}

TEST(Pattern, TakesWhatAVariableStandsForLiterally) {
  PolicyRequest request = alice_pulls();
  request.subject = "*";

  EXPECT_EQ(match("x/${registry:Subject}", "x/*", kWildcards, request), Match::yes);
  EXPECT_EQ(match("x/${registry:Subject}", "x/bob", kWildcards, request), Match::no);
}

TEST(Pattern, IsUnknownWhenAVariableHasNoValue) {
  const PolicyRequest request = nobody_pulls();

  EXPECT_EQ(match("x/${registry:Namespace}/*", "x/a/b", kWildcards, request), Match::unknown);
  EXPECT_EQ(match("*/${registry:Namespace}", "x/a", kWildcards, request), Match::unknown);
  EXPECT_EQ(match("x/${registry:Namespace}/*", "y/a/b", kWildcards, request), Match::no);
  EXPECT_EQ(match("x${registry:Namespace}y", "xz", kWildcards, request), Match::no);
  EXPECT_EQ(match("*/${registry:Namespace}/*", "x/a", kWildcards, request), Match::no);
  EXPECT_EQ(match("${registry:Namespace}", "a", kWildcards, request), Match::unknown);
}

TEST(Patterns, MatchWhenOneOfThemDoes) {
  const PolicyRequest request = nobody_pulls();
  const Facts facts(request);
  Patterns patterns;
  for (const char* const text : {"a", "${registry:Subject}", "b*"}) {
    patterns.add(parse_pattern(text, kWildcards).value());
  }

  EXPECT_EQ(patterns.match({0, 3}, "bc", facts), Match::yes);
  EXPECT_EQ(patterns.match({0, 3}, "c", facts), Match::unknown);
  EXPECT_EQ(patterns.match({0, 1}, "c", facts), Match::no);
  EXPECT_EQ(patterns.match({1, 0}, "a", facts), Match::no);
}

TEST(Pattern, TakesNoLongerForAHostileOne) {
  std::string stars;
  while (stars.size() < kPatternBytesMax - 4) stars += "a*?";
  const std::string text(4096, 'a');

  EXPECT_EQ(match(stars + "b", text), Match::no);
  EXPECT_EQ(match(stars + "b*c", text + "bc"), Match::yes);
}

TEST(Pattern, RefusesWhatIsNone) {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "a\nb"s, "a\0b"s, "\x7f"s, "${"s, "a${registry:Namespace"s, "${}"s, "${Namespace}"s,
        "${registry:Nmespace}"s, "${registry:SourceIp}"s, "${registry:Groups}"s, "${**}"s,
        "${aws:username}"s, std::string(kPatternBytesMax + 1, 'a')}) {
    EXPECT_FALSE(parse_pattern(text, kWildcards).ok()) << text;
  }
}

TEST(Pattern, RefusesVariablesWhereThereAreNone) {
  const auto not_here = parse_pattern("${registry:Subject}", {.variables = Variables::not_here});
  const auto too_old = parse_pattern("${*}", {.variables = Variables::not_in_this_version});

  EXPECT_EQ(not_here.error().context, "no policy variables here");
  EXPECT_EQ(too_old.error().context, "no ${..} without \"Version\": \"2012-10-17\"");
}

}  // namespace
}  // namespace larder::policy
