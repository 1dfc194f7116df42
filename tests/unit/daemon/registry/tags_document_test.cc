#include "daemon/registry/tags_document.h"

#include <gtest/gtest.h>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {
namespace {

using upstream::TagList;

TEST(TagsDocument, IsReadAsItWasMade) {
  for (const TagList& list :
       {TagList{}, TagList{{"b", "a"}, std::nullopt},
        TagList{{"a"}, upstream::ListPage{2, "a", ""}},
        TagList{{"a"}, upstream::ListPage{std::nullopt, "", "next_page=g%3D"}}}) {
    const auto read = parse_tags_document(tags_document(list).bytes);

    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(*read, list);
  }
}

TEST(TagsDocument, TellsItsMediaTypeItself) {
  const auto document = tags_document({});

  EXPECT_EQ(upstream::media_type_inside(document.bytes), document.media_type);
}

class OtherDocuments : public ::testing::TestWithParam<std::string> {};

TEST_P(OtherDocuments, AreCorrupt) {
  EXPECT_EQ(parse_tags_document(GetParam()).error().code, Errc::corrupt);
}

std::string with(const std::string& fields) {
  return R"({"mediaType":"application/vnd.larder.tags.v1+json",)" + fields + "}";
}

INSTANTIATE_TEST_SUITE_P(Table, OtherDocuments,
                         ::testing::Values("", "[]", "{}", R"({"tags":["a"]})",
                                           R"({"mediaType":1,"tags":["a"]})", with(R"("tags":1)"),
                                           with(R"("tags":null)"), with(R"("tags":["a",1])"),
                                           with(R"("x":[])"), with(R"("tags":[],"next":1)"),
                                           with(R"("tags":[],"next":"a b")")));

}  // namespace
}  // namespace larder::registry
