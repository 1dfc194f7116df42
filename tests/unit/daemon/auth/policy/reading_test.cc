#include "daemon/auth/policy/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::policy {
namespace {

using ::testing::ElementsAre;

class ReadingTest : public ::testing::Test {
 protected:
  JsonNode node(std::string_view json) { return parse_json(json, problems_).value(); }

  std::vector<std::string> texts(std::string_view json) {
    std::vector<std::string> found;
    read_texts(reading_, node(json), "X", [&](const JsonNode& value, const std::string& place) {
      found.push_back(place + "=" + value.text);
    });
    return found;
  }

  Problems problems_{"p"};
  Policy policy_;
  Reading reading_{policy_, problems_};
};

TEST_F(ReadingTest, TakesATextOrAList) {
  EXPECT_THAT(texts(R"("a")"), ElementsAre("X=a"));
  EXPECT_THAT(texts(R"(["a", "b"])"), ElementsAre("X[0]=a", "X[1]=b"));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(ReadingTest, SaysWhichValueIsNone) {
  EXPECT_THAT(texts(R"(["a", true])"), ElementsAre("X[0]=a"));
  EXPECT_THAT(texts("{}"), ElementsAre());

  EXPECT_EQ(problems_.str(),
            "p:1: X[1]: got true, expected a text\n"
            "p:1: X: got an object, expected a text, or a list of at least one");
}

TEST_F(ReadingTest, TakesBooleansWhereTheyAreScalars) {
  std::string found;

  read_scalars(reading_, node(R"([true, "false"])"), "X",
               [&](const JsonNode& value, const std::string&) { found += value.text + " "; });

  EXPECT_EQ(found, "true false ");
}

TEST_F(ReadingTest, ShowsTheFirstOfManyValues) {
  EXPECT_EQ(quoted_values(node(R"("a")")), R"("a")");
  EXPECT_EQ(quoted_values(node(R"(["a", "b"])")), R"("a", "b")");
  EXPECT_EQ(quoted_values(node("[1,2,3,4,5,6,7,8,9,10]")), "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
}

TEST_F(ReadingTest, RefusesMembersItDoesNotKnow) {
  EXPECT_TRUE(read_object(reading_, node(R"({"a": 1, "B": 2})"), "X", {"a", "b"}));
  EXPECT_FALSE(read_object(reading_, node("1"), "Y", {"a"}));

  EXPECT_EQ(problems_.str(),
            "p:1: X: got \"B\", expected one of a, b\np:1: Y: got 1, expected an object with a");
}

}  // namespace
}  // namespace larder::policy
