#include "daemon/upstream/tag_list.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using Tags = std::vector<std::string>;

struct Listed {
  const char* body;
  Tags tags;
};

class GoodTagLists : public ::testing::TestWithParam<Listed> {};

TEST_P(GoodTagLists, AreReadInTheirOrder) {
  const auto tags = parse_tags(GetParam().body);

  ASSERT_TRUE(tags.ok()) << describe(tags.error());
  EXPECT_EQ(*tags, GetParam().tags);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodTagLists,
    ::testing::Values(Listed{R"({"name":"a","tags":["2","1","latest"]})", {"2", "1", "latest"}},
                      Listed{R"({"name":"a","tags":[]})", {}},
                      Listed{R"({"name":"a","tags":null})", {}},
                      Listed{R"({"tags":["1"],"name":"b/c"})", {"1"}},
                      Listed{R"({"child":["x"],"manifest":{"sha256:a":{"tag":["y"],"tags":["z"]}},)"
                             R"("name":"a","tags":["1"]})",
                             {"1"}},
                      Listed{R"({"name":"a","tags":["ok","","-no","a b","a/b","?tags","\u00e9"]})",
                             {"ok"}}));

class BadTagLists : public ::testing::TestWithParam<const char*> {};

TEST_P(BadTagLists, AreFailuresOfUpstream) {
  EXPECT_EQ(parse_tags(GetParam()).error().code, Errc::upstream_down);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadTagLists,
    ::testing::Values("", "null", "[]", R"(["name","tags"])", "<html></html>", R"({"name":"a"})",
                      R"({"tags":[]})", R"({"name":1,"tags":[]})", R"({"name":"a","tags":"1"})",
                      R"({"name":"a","tags":{}})", R"({"name":"a","tags":7})",
                      R"({"name":"a","tags":true})", R"({"name":"a","tags":["1",2]})",
                      R"({"name":"a","tags":["1",null]})", R"({"name":"a","tags":[["1"]]})",
                      R"({"name":"a","tags":[{"tag":"1"}]})", R"({"name":"a","tags":[1.5]})",
                      R"({"name":"a","tags":["1"]} trailing)", R"({"name":"a","tags":["1")",
                      R"([{"name":"a","tags":["1"]}])", R"({"a":{"name":"a","tags":["1"]}})"));

}  // namespace
}  // namespace larder::upstream
