#include "daemon/registry/tags_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {
namespace {

using Strings = std::vector<std::string>;
using upstream::ListPage;
using upstream::TagList;

class KeptLists : public ::testing::TestWithParam<TagList> {};

TEST_P(KeptLists, AreAnsweredAsAWholeDocumentWouldBe) {
  const auto answer = tags_answer(tags_document(GetParam()).bytes, "team/app");

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->body, nlohmann::json({{"name", "team/app"}, {"tags", GetParam().tags}}).dump());
  EXPECT_EQ(answer->body, tags_body("team/app", GetParam().tags));
  EXPECT_EQ(answer->next, GetParam().next);
}

INSTANTIATE_TEST_SUITE_P(
    Table, KeptLists,
    ::testing::Values(TagList{}, TagList{{"b", "a"}, std::nullopt},
                      TagList{{"a"}, ListPage{2, "a", ""}}, TagList{{}, ListPage{2, "a", ""}},
                      TagList{{"a"}, ListPage{std::nullopt, "", "next_page=g%3D"}},
                      TagList{{"a"}, ListPage{2, "a", "x=a%26b&y=~"}},
                      TagList{{"", "\"", "\\", "\\\"", "a\\"}, std::nullopt},
                      TagList{{"],[", "\",\"", "}", "\"tags\":"}, std::nullopt},
                      TagList{{"a\nb\x01", "\x7f", "/", "\xc3\xa9", "\xf0\x9f\x90\xb3"}, {}},
                      TagList{Strings(40'000, std::string(100, 'a')), ListPage{2, "a", ""}}));

TEST(TagsDocument, IsAnsweredUnderANameOfAnyLength) {
  const auto document = tags_document({{"a"}, std::nullopt}).bytes;
  const std::string long_name(200, 'n');

  EXPECT_EQ(tags_answer(document, "")->body, R"({"name":"","tags":["a"]})");
  EXPECT_EQ(tags_answer(document, long_name)->body,
            R"({"name":")" + long_name + R"(","tags":["a"]})");
}

TEST(TagsDocument, TellsItsMediaTypeItself) {
  const auto document = tags_document({});

  EXPECT_EQ(upstream::media_type_inside(document.bytes), document.media_type);
}

class OtherDocuments : public ::testing::TestWithParam<std::string> {};

TEST_P(OtherDocuments, AreCorrupt) {
  EXPECT_EQ(tags_answer(GetParam(), "app").error().code, Errc::corrupt);
}

std::string with(const std::string& fields) {
  return R"({"mediaType":"application/vnd.larder.tags.v1+json",)" + fields + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Table, OtherDocuments,
    ::testing::Values("", "[]", "{}", R"({"tags":["a"]})", R"({"mediaType":1,"tags":["a"]})",
                      R"({"mediaType":"application/vnd.larder.tags.v2+json","tags":["a"]})",
                      R"({"mediaType":"application/vnd.larder.tags.v1+json"})", with(R"("tags":1)"),
                      with(R"("tags":null)"), with(R"("tags":{})"), with(R"("tags":["a",1])"),
                      with(R"("tags":[null])"), with(R"("tags":[["a"]])"), with(R"("tags":["a"]])"),
                      with(R"("tags":["a",])"), with(R"("tags":[,"a"])"),
                      with(R"("tags":["a""b"])"), with(R"("tags":["a" ,"b"])"),
                      with(R"("tags":["a)"), with(R"("tags":["a\"])"), with(R"("tags":["\x"])"),
                      with(R"("tags":["\u00"])"), with("\"tags\":[\"\n\"]"),
                      with("\"tags\":[\"\xff\"]"), with(R"("tags":["a"],"x":1)"), with(R"("x":[])"),
                      with(R"("x":1,"tags":[])"), with(R"("tags":["a"])") + "}",
                      with(R"("tags":["a"])") + "\n", " " + with(R"("tags":["a"])"),
                      with(R"("tags":[],"next":1)"), with(R"("next":1,"tags":[])"),
                      with(R"("next":null,"tags":[])"), with(R"("next":"a b","tags":[])"),
                      with(R"("next":"n=1)"), with(R"("next":"\","tags":[])"),
                      with(R"("next":"n=1""tags":[])"), with(R"("next":"n=1")")));

TEST(TagsDocument, IsCorruptWhereverItIsCutOff) {
  const auto whole = tags_document({{"a", "\"", "b"}, ListPage{2, "b", ""}}).bytes;

  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(tags_answer(whole.substr(0, size), "app").error().code, Errc::corrupt) << size;
  }
}

}  // namespace
}  // namespace larder::registry
