#include "daemon/log/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace larder::log {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::TestWithParam;
using ::testing::Values;

constexpr std::chrono::system_clock::time_point kWhen{std::chrono::milliseconds(1'768'465'800'123)};

std::string json_of(std::initializer_list<Field> fields) {
  return json_line({kWhen, Level::info, "request", fields});
}

std::string text_of(std::initializer_list<Field> fields) {
  return text_line({kWhen, Level::info, "request", fields});
}

TEST(JsonLine, HasTimeLevelEventAndTypedFields) {
  EXPECT_EQ(json_of({{"target", "/v2/"}, {"status", std::int64_t{200}}, {"ms", 1.5}, {"ok", true}}),
            R"({"ts":"2026-01-15T08:30:00.123Z","level":"info","event":"request",)"
            R"("target":"/v2/","status":200,"ms":1.5,"ok":true})");
}

TEST(TextLine, HasTimeLevelEventAndFields) {
  EXPECT_EQ(text_of({{"target", "/v2/"}, {"status", std::int64_t{-1}}, {"ms", 1.5}, {"ok", false}}),
            "2026-01-15T08:30:00.123Z info request target=/v2/ status=-1 ms=1.5 ok=false");
}

TEST(JsonLine, KeepsTheTextsOfAListApart) {
  const std::vector<std::string> groups{"a,b", "c\"", ""};

  EXPECT_THAT(json_of({{"groups", groups}}), HasSubstr(R"("groups":["a,b","c\"",""]})"));
  EXPECT_THAT(json_of({{"groups", std::vector<std::string>()}}), HasSubstr(R"("groups":[]})"));
}

TEST(TextLine, HasAListAsJsonInOneWord) {
  const std::vector<std::string> groups{"a b", "c"};

  EXPECT_THAT(text_of({{"groups", groups}}), HasSubstr(R"( groups="[\"a b\",\"c\"]")"));
}

class HostileTexts : public TestWithParam<std::string> {};

TEST_P(HostileTexts, StayOneLineOfPrintableText) {
  const std::string json = json_of({{"path", GetParam()}});
  const std::string text = text_of({{"path", GetParam()}});

  const auto is_control = [](unsigned char c) { return c < 0x20 || c >= 0x7f; };
  EXPECT_EQ(std::count_if(json.begin(), json.end(), is_control), 0);
  EXPECT_EQ(std::count_if(text.begin(), text.end(), is_control), 0);
}

TEST_P(HostileTexts, AreValidJson) {
  const auto json = nlohmann::json::parse(json_of({{"path", GetParam()}}), nullptr, false);

  ASSERT_FALSE(json.is_discarded());
  EXPECT_TRUE(json["path"].is_string());
}

INSTANTIATE_TEST_SUITE_P(Table, HostileTexts,
                         Values("a\nb", "a\r\nlevel=error", "\x1b[2J", std::string("a\0b", 3),
                                "\xff\xfe", "\xc3", "\xed\xa0\x80", "caf\xc3\xa9", "\x7f", "\"\\",
                                std::string(10'000, '\n')));

TEST(JsonLine, KeepsWhatItEscapes) {
  const auto json = nlohmann::json::parse(json_of({{"path", "a\n\"\\\xc3\xa9"}}));

  EXPECT_EQ(json["path"], "a\n\"\\\xc3\xa9");
}

TEST(JsonLine, WritesNullForWhatIsNoNumber) {
  EXPECT_THAT(json_of({{"ms", std::numeric_limits<double>::infinity()}}), HasSubstr("\"ms\":null"));
  EXPECT_THAT(json_of({{"ms", std::numeric_limits<double>::quiet_NaN()}}), HasSubstr(":null"));
}

TEST(TextLine, QuotesWhatIsNotOneWord) {
  EXPECT_THAT(text_of({{"k", "a b"}}), HasSubstr(" k=\"a b\""));
  EXPECT_THAT(text_of({{"k", ""}}), HasSubstr(" k=\"\""));
  EXPECT_THAT(text_of({{"k", "a=b"}}), HasSubstr(" k=\"a=b\""));
  EXPECT_THAT(text_of({{"k", "a\nb"}}), HasSubstr(R"( k="a\nb")"));
}

TEST(TextLine, CannotBeMadeToShowAFieldThatIsNotThere) {
  EXPECT_THAT(text_of({{"path", "x status=200"}}), Not(HasSubstr("path=x status=200")));
  EXPECT_THAT(text_of({{"path", "x\" status=200"}}), HasSubstr(R"("x\" status=200")"));
}

TEST(Timestamp, IsInUtcToTheMillisecond) {
  using std::chrono::milliseconds;
  using Time = std::chrono::system_clock::time_point;
  EXPECT_EQ(timestamp(Time(milliseconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp(Time(milliseconds(951'782'399'999))), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(timestamp(Time(milliseconds(951'782'400'000))), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(timestamp(Time(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace larder::log
