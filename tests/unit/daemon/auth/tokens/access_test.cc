#include "daemon/auth/tokens/access.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace larder::tokens {
namespace {

struct GoodScope {
  const char* text;
  std::vector<Access> accesses;
};

class GoodScopes : public ::testing::TestWithParam<GoodScope> {};

TEST_P(GoodScopes, AreUnderstoodAndWrittenBack) {
  const auto parsed = parse_scope(GetParam().text);

  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(*parsed, GetParam().accesses);
  EXPECT_EQ(*parse_scope(scope_text(*parsed)), *parsed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodScopes,
    ::testing::Values(
        GoodScope{"", {}}, GoodScope{"  ", {}},
        GoodScope{"repository:team/app:pull", {{"repository", "", "team/app", {"pull"}}}},
        GoodScope{"repository:team/app:push,pull",
                  {{"repository", "", "team/app", {"pull", "push"}}}},
        GoodScope{"repository:localhost:5000/app:pull",
                  {{"repository", "", "localhost:5000/app", {"pull"}}}},
        GoodScope{"repository:[::1]:5000/app:pull",
                  {{"repository", "", "[::1]:5000/app", {"pull"}}}},
        GoodScope{"registry:catalog:*", {{"registry", "", "catalog", {"*"}}}},
        GoodScope{"repository(plugin):a/b:pull", {{"repository", "plugin", "a/b", {"pull"}}}},
        GoodScope{"repository:a:pull  repository:b:pull",
                  {{"repository", "", "a", {"pull"}}, {"repository", "", "b", {"pull"}}}},
        GoodScope{"repository:a:pull repository:a:push repository:a:pull",
                  {{"repository", "", "a", {"pull", "push"}}}}));

TEST(Scope, ThatDoesNotFollowTheGrammarIsRefused) {
  for (const std::string text : {"repository",
                                 "repository:",
                                 "repository:a",
                                 "repository::pull",
                                 "repository:a:",
                                 "repository:a:pull,",
                                 "repository:a:,pull",
                                 "repository:a:Pull",
                                 "repository:a:p1",
                                 ":a:pull",
                                 "Repository:a:pull",
                                 "repository():a:pull",
                                 "repository(p:a:pull",
                                 "repository(:a:pull",
                                 "repository(p)x:a:pull",
                                 "repository:a\"b:pull",
                                 "repository:a\tb:pull",
                                 "repository:a%2f:pull",
                                 "repository:a\\b:pull",
                                 "repository:\xc3\xa4:pull",
                                 "repository:a:pull;",
                                 "repository:a:**",
                                 "repository:a b:pull"}) {
    EXPECT_FALSE(parse_scope(text).ok()) << text;
  }
  EXPECT_FALSE(parse_scope(std::string("repository:a\0b:pull", 19)).ok());
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text + std::to_string(i) + ":pull ";
  return all;
}

TEST(Scope, HasLimits) {
  std::string actions = "pull";
  for (char c = 'a'; c < 'q'; ++c) actions += std::string(",") + c;
  const std::string name(513, 'a');

  EXPECT_TRUE(parse_scope(repeated("repository:r", 64)).ok());
  EXPECT_FALSE(parse_scope(repeated("repository:r", 65)).ok());
  EXPECT_FALSE(parse_scope("repository:a:" + actions).ok());
  EXPECT_FALSE(parse_scope("repository:" + name + ":pull").ok());
  EXPECT_TRUE(parse_scope("repository:" + name.substr(1) + ":pull").ok());
  EXPECT_FALSE(parse_scope(std::string(9000, ' ')).ok());
  EXPECT_FALSE(parse_scopes(std::vector<std::string>(65, std::string(127, ' '))).ok());
}

TEST(Scope, LimitsActionsOverAllOfAResource) {
  std::string scope;
  for (char c = 'a'; c < 'r'; ++c) scope += std::string("repository:r:") + c + " registry:x:y ";

  EXPECT_FALSE(parse_scope(scope).ok());
}

TEST(Scope, MayComeInSeveralParameters) {
  const auto parsed =
      parse_scopes({"repository:a:pull repository:b:pull", "", "repository:a:push"});

  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(scope_text(*parsed), "repository:a:pull,push repository:b:pull");
}

TEST(Access, AllowsWhatWasGrantedOnly) {
  const std::vector<Access> granted = {{"repository", "", "ghcr.io/team/app", {"pull"}},
                                       {"repository", "", "ghcr.io/all", {"*"}},
                                       {"registry", "", "catalog", {"*"}}};

  EXPECT_TRUE(allows(granted, "ghcr.io/team/app", "pull"));
  EXPECT_TRUE(allows(granted, "ghcr.io/all", "push"));
  EXPECT_FALSE(allows(granted, "ghcr.io/team/app", "push"));
  EXPECT_FALSE(allows(granted, "ghcr.io/team", "pull"));
  EXPECT_FALSE(allows(granted, "team/app", "pull"));
  EXPECT_FALSE(allows(granted, "catalog", "pull"));
  EXPECT_FALSE(allows({}, "ghcr.io/team/app", "pull"));
}

}  // namespace
}  // namespace larder::tokens
