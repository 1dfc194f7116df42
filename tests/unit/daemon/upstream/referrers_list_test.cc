#include "daemon/upstream/referrers_list.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

std::string page(const std::string& manifests) {
  return R"({"schemaVersion":2,"manifests":[)" + manifests + "]}";
}

const std::string kSignature = R"({"mediaType":"m","digest":"sha256:aa","size":7})";
const std::string kSbom =
    R"({"annotations":{"k":"v"},"artifactType":"t","digest":"sha256:bb","mediaType":"m","size":8})";

TEST(ReferrersList, IsAnEmptyImageIndexToBeginWith) {
  const auto document = ReferrersList().document();

  EXPECT_EQ(document.media_type, "application/vnd.oci.image.index.v1+json");
  EXPECT_EQ(document.bytes,
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
            R"("manifests":[]})");
}

TEST(ReferrersList, GathersPagesInTheirOrderWithEveryField) {
  ReferrersList list;

  ASSERT_TRUE(list.add(page(kSbom)).ok());
  ASSERT_TRUE(list.add(page("")).ok());
  ASSERT_TRUE(list.add(page(R"({"digest":"sha256:aa","mediaType":"m","size":7})")).ok());

  EXPECT_NE(list.document().bytes.find("[" + kSbom + R"(,{"digest":"sha256:aa")"),
            std::string::npos);
}

TEST(ReferrersList, ListsEachDigestOnce) {
  ReferrersList list;

  ASSERT_TRUE(list.add(page(kSignature + "," + kSignature)).ok());
  const auto once = list.document();
  ASSERT_TRUE(list.add(page(kSignature)).ok());

  EXPECT_EQ(list.document(), once);
  EXPECT_EQ(once.bytes.find("sha256:aa"), once.bytes.rfind("sha256:aa"));
}

class BadReferrers : public ::testing::TestWithParam<std::string> {};

TEST_P(BadReferrers, AreFailuresOfUpstream) {
  EXPECT_EQ(ReferrersList().add(GetParam()).error().code, Errc::upstream_down);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadReferrers,
    ::testing::Values("", "[]", "{}", "null", "<html>", R"({"manifests":{}})",
                      R"({"manifests":null})", page("1"), page("null"), page("[]"), page("{}"),
                      page(R"({"digest":"sha256:aa","size":7})"),
                      page(R"({"mediaType":"m","size":7})"),
                      page(R"({"mediaType":"m","digest":"aa","size":7})"),
                      page(R"({"mediaType":"m","digest":"sha256:aa"})"),
                      page(R"({"mediaType":"m","digest":"sha256:aa","size":-7})"),
                      page(R"({"mediaType":"m","digest":"sha256:aa","size":"7"})"),
                      page(R"({"mediaType":"m","digest":"sha256:aa","size":7,"artifactType":1})"),
                      page(kSignature) + "x"));

TEST(ReferrersList, RefusesWhatNestsTooDeepToBeGivenBack) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');

  EXPECT_FALSE(ReferrersList().add(R"({"manifests":[],"x":)" + deep + "}").ok());
}

TEST(ReferrersList, TakesBracketsInTextsForText) {
  const std::string text = std::string(100, '[') + R"(\"\\)" + std::string(100, '{');

  EXPECT_TRUE(ReferrersList().add(R"({"manifests":[],"x":")" + text + "\"}").ok());
}

TEST(ReferrersList, RefusesMoreThanItKeeps) {
  ReferrersList list;
  const auto large = [](const std::string& name) {
    return page(R"({"mediaType":"m","digest":"sha256:)" + name + R"(","size":7,"data":")" +
                std::string(kListBytesMax / 2, 'A') + "\"}");
  };

  EXPECT_TRUE(list.add(large("a")).ok());
  EXPECT_FALSE(list.add(large("b")).ok());
}

}  // namespace
}  // namespace larder::upstream
