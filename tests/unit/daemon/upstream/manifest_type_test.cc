#include "daemon/upstream/manifest_type.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

TEST(SpecificMediaType, IsTheContentTypeWithoutParameters) {
  EXPECT_EQ(specific_media_type("application/vnd.oci.image.index.v1+json"),
            "application/vnd.oci.image.index.v1+json");
  EXPECT_EQ(
      specific_media_type("application/vnd.docker.distribution.manifest.v2+json; charset=utf-8"),
      "application/vnd.docker.distribution.manifest.v2+json");
}

TEST(SpecificMediaType, IsEmptyForWhatTellsNothing) {
  EXPECT_EQ(specific_media_type(std::nullopt), "");
  for (const char* type : {"", ";", "application/octet-stream", "Application/JSON; charset=utf-8",
                           "text/plain", "nonsense", "a/b/c", "a/ b", "/a", "a/"}) {
    EXPECT_EQ(specific_media_type(type), "") << type;
  }
}

struct Document {
  const char* json;
  const char* type;
};

class Documents : public ::testing::TestWithParam<Document> {};

TEST_P(Documents, TellTheirType) {
  EXPECT_EQ(media_type_inside(GetParam().json), GetParam().type);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Documents,
    ::testing::Values(Document{R"({"schemaVersion":2,"mediaType":"a/b","manifests":[]})", "a/b"},
                      Document{R"({"manifests":[{"mediaType":"x/y"}]})",
                               "application/vnd.oci.image.index.v1+json"},
                      Document{R"({"config":{"mediaType":"x/y"},"layers":[]})",
                               "application/vnd.oci.image.manifest.v1+json"},
                      Document{R"({"config":{}})", ""}, Document{R"({"layers":[]})", ""},
                      Document{R"({"manifests":5})", ""}, Document{R"({"mediaType":5})", ""},
                      Document{R"({"mediaType":"a b\r\nX: y"})", ""},
                      Document{R"({"a":{"mediaType":"x/y","manifests":[]}})", ""},
                      Document{"{}", ""}));

class OtherText : public ::testing::TestWithParam<const char*> {};

TEST_P(OtherText, IsNoJsonObject) {
  EXPECT_EQ(media_type_inside(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, OtherText,
                         ::testing::Values("", "<html>", "[]", "5", "null", "{", "{} x",
                                           R"([{"mediaType":"a/b"}])", "{\"a\":\"\xff\"}"));

TEST(MediaTypeInside, SurvivesDeepNesting) {
  const std::string deep(1'000'000, '[');

  EXPECT_EQ(media_type_inside("{\"a\":" + deep), std::nullopt);
}

}  // namespace
}  // namespace larder::upstream
