#include "daemon/auth/sources/image_pattern.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

bool matches(const std::string& pattern, const std::string& host, const std::string& repository) {
  const auto parsed = ImagePattern::parse(pattern);
  return parsed && parsed->matches(location_of({host, repository}));
}

struct PatternCase {
  std::string pattern;
  std::string host;
  std::string repository;
};

TEST(ImagePattern, MatchesAsKubeletDoes) {
  const std::vector<PatternCase> table{
      {"quay.io", "quay.io", "team/app"},
      {"QUAY.io", "quay.IO", "team/app"},
      {"https://quay.io", "quay.io", "team/app"},
      {"http://quay.io/", "quay.io", "team/app"},
      {"https://quay.io/v2/", "quay.io", "team/app"},
      {"https://quay.io/v1", "quay.io", "team/app"},
      {"quay.io/v2/team", "quay.io", "team/app"},
      {"quay.io/team", "quay.io", "team/app"},
      {"quay.io/team/app", "quay.io", "team/app"},
      {"quay.io/te", "quay.io", "team/app"},
      {"*.example.com", "reg.example.com", "a"},
      {"reg*.example.com", "reg7.example.com", "a"},
      {"*e*.example.com", "reg.example.com", "a"},
      {"*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com", "a"},
      {"*.*", "quay.io", "a"},
      {"reg.example:5000", "reg.example:5000", "a"},
      {"localhost", "localhost", "a"},
      {"[::1]:5000", "[::1]:5000", "a"},
      {"[::1]", "[::1]", "a"},
      {"docker.io", "docker.io", "library/redis"},
      {"https://index.docker.io/v1/", "docker.io", "library/redis"},
      {"registry-1.docker.io", "docker.io", "library/redis"},
      {"index.docker.io/library", "registry-1.docker.io", "library/redis"}};
  for (const auto& [pattern, host, repository] : table) {
    EXPECT_TRUE(matches(pattern, host, repository)) << pattern << " " << host;
  }
}

TEST(ImagePattern, MatchesNothingElse) {
  const std::vector<PatternCase> table{{"quay.io", "quay.io.evil.example", "a"},
                                       {"quay.io", "evil-quay.io", "a"},
                                       {"*.example.com", "example.com", "a"},
                                       {"*.example.com", "a.b.example.com", "a"},
                                       {"*", "quay.io", "a"},
                                       {"reg*.example.com", "re.example.com", "a"},
                                       {"*x.example.com", "reg.example.com", "a"},
                                       {"reg.example", "reg.example:5000", "a"},
                                       {"reg.example:5000", "reg.example", "a"},
                                       {"reg.example:*", "reg.example:5000", "a"},
                                       {"reg.example:5000", "reg.example:50000", "a"},
                                       {"[::1]:5000", "[::1]:5001", "a"},
                                       {"[::1]", "[::1]:5000", "a"},
                                       {"quay.io/team", "quay.io", "other/team"},
                                       {"quay.io/Team", "quay.io", "team/app"},
                                       {"quay.io/team/app/", "quay.io", "team/app"},
                                       {"quay.io/v3", "quay.io", "team/app"},
                                       {"docker.io:5000", "docker.io", "library/redis"},
                                       {"hub.docker.io", "docker.io", "library/redis"}};
  for (const auto& [pattern, host, repository] : table) {
    EXPECT_FALSE(matches(pattern, host, repository)) << pattern << " " << host;
  }
}

TEST(ImagePattern, RefusesWhatNoImageCouldMatch) {
  for (const char* text :
       {"", "https://", "/team", "reg example", "user@reg.example", "reg?x", "reg.example/a b",
        "reg.example/a?b", "reg.example/a#b", "ftp://reg", "r\xc3\xa9g.example", "reg.example/\n",
        "reg:", "reg:*", "reg:http", "https://https://reg"}) {
    EXPECT_FALSE(ImagePattern::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(ImagePattern::parse("reg.example/" + std::string(1024, 'a')).has_value());
}

TEST(ImagePattern, TakesTimeInProportionEvenForManyStars) {
  const std::string stars(500, '*');

  EXPECT_FALSE(matches(stars + "a" + stars, std::string(255, 'b'), "a"));
}

TEST(ByImage, GivesTheMostSpecificFirst) {
  ByImage<int> things;
  int number = 0;
  for (const char* text : {"*.example.com", "reg.example.com", "reg.example.com/team",
                           "reg.example.com/team/app", "reg.example.com/team", "quay.io"}) {
    things.add(*ImagePattern::parse(text), ++number);
  }

  EXPECT_EQ(things.matching(location_of({"reg.example.com", "team/app"})),
            (std::vector{4, 3, 5, 2, 1}));
  EXPECT_EQ(things.matching(location_of({"reg.example.com", "other"})), (std::vector{2, 1}));
  EXPECT_TRUE(things.matching(location_of({"ghcr.io", "other"})).empty());
}

}  // namespace
}  // namespace larder::auth
