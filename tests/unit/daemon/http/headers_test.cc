#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/http/message.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Headers, FindComparesNamesWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "text/plain");

  EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
  EXPECT_EQ(headers.find("Content-Typ"), std::nullopt);
  EXPECT_EQ(headers.find("Content-Type2"), std::nullopt);
}

TEST(Headers, FindGivesTheFirstAndFindAllEveryValue) {
  Headers headers;
  headers.add("Link", "one");
  headers.add("Host", "registry");
  headers.add("link", "two");

  EXPECT_EQ(headers.find("LINK"), "one");
  EXPECT_THAT(headers.find_all("Link"), ElementsAre("one", "two"));
  EXPECT_THAT(headers.find_all("Range"), IsEmpty());
}

TEST(Headers, AddKeepsTheOrderOfTheWire) {
  Headers headers;
  headers.add("B", "1");
  headers.add("A", "2");
  headers.add("B", "3");

  EXPECT_THAT(headers.fields(), ElementsAre(Pair("B", "1"), Pair("A", "2"), Pair("B", "3")));
}

TEST(Headers, SetReplacesEveryFieldOfThatName) {
  Headers headers;
  headers.add("ETag", "old");
  headers.add("Host", "registry");
  headers.add("etag", "older");

  headers.set("Etag", "new");

  EXPECT_THAT(headers.fields(), ElementsAre(Pair("Host", "registry"), Pair("Etag", "new")));
}

TEST(Headers, RemoveTakesEveryFieldOfThatNameAndNoOther) {
  Headers headers;
  headers.add("Authorization", "secret");
  headers.add("AUTHORIZATION", "secret");
  headers.add("Accept", "*/*");

  headers.remove("authorization");
  headers.remove("never-there");

  EXPECT_THAT(headers.fields(), ElementsAre(Pair("Accept", "*/*")));
}

}  // namespace
}  // namespace larder::http
