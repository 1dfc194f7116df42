#include "daemon/cli/explanation_text.h"

#include <gmock/gmock.h>

#include "daemon/control/explanation_json.h"
#include "tests/unit/daemon/control/explained.h"

namespace larder::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

std::string digest(const std::string& bytes) {
  return testing::sha256_of(bytes).str();
}

TEST(ExplanationText, IsReadFromTopToBottom) {
  EXPECT_EQ(
      explanation_text(control::to_json(testing::explained())),
      "reg.test/team/app:1\n"
      "upstream  reg.test (match: *.test), repository team/app\n"
      "          https://reg.test                open until 2023-11-14T22:14:20.000Z: connection "
      "refused, no tokens until 2023-11-14T22:13:25.000Z: HTTP 429, 98 of 100 requests left until "
      "2023-11-14T22:13:29.000Z, 42.5 ms\n"
      "            token of repository:team/app:pull until 2023-11-14T22:14:10.000Z, not renewed: "
      "HTTP 503; again at 2023-11-14T22:13:28.000Z\n"
      "            ecr of reg.test lost by a restart, was good until 2023-11-14T22:14:15.000Z\n"
      "tag       " +
          digest("index") +
          "\n"
          "          means it since 2023-11-14T22:13:21.000Z, last checked "
          "2023-11-14T22:13:22.000Z\n"
          "          stale: ttl 15m (match: **), past it by 1m30s, served without an answer until "
          "2023-11-14T22:13:23.000Z\n"
          "image     for linux/amd64: 74% on disk, 1 of 3 parts, 2.9 KiB of 3.9 KiB\n"
          "          index    100%       5 B  " +
          digest("index") +
          "\n"
          "          not needed here: linux/arm64/v8, unnamed\n"
          "          manifest 100%     700 B  " +
          digest("manifest") +
          "\n"
          "          config   100%    1000 B  " +
          digest("config") +
          "\n"
          "          layer     66%   2.9 KiB  " +
          digest("layer") +
          "  arriving now\n"
          "          layer      0%       0 B  " +
          digest("more") +
          "\n"
          "a pull    Served.\n"
          "          Fetched: 2 of 3.\n");
}

TEST(ExplanationText, OfWhatNoRuleMatchesSaysSo) {
  registry::Explanation closed;
  closed.name = "evil.test/app:1";
  closed.route.host = "evil.test";
  closed.conclusion.document = "Refused with 404.";

  EXPECT_EQ(explanation_text(control::to_json(closed)),
            "evil.test/app:1\n"
            "upstream  none: no `match` in the config covers evil.test\n"
            "a pull    Refused with 404.\n");
}

TEST(ExplanationText, TellsOfATagThatIsGoneAndOfOneWithoutARule) {
  auto explanation = testing::explained();
  explanation.is_offline = true;
  explanation.tag->record.gone_at = testing::at_second(4);
  explanation.tag->rule = "";

  EXPECT_THAT(
      explanation_text(control::to_json(explanation)),
      AllOf(HasSubstr("(Larder is offline)"), HasSubstr(", gone since 2023-11-14T22:13:24.000Z\n"),
            HasSubstr("no freshness rule matches"), Not(HasSubstr("ttl"))));
}

TEST(ExplanationText, SurvivesAnswersItDoesNotKnow) {
  for (const char* const text :
       {"{}", R"({"tag": 5})", R"({"documents": [5, {"parts": "x"}], "upstream": []})",
        R"({"documents": "x", "pull": {"parts": {}}})"}) {
    EXPECT_FALSE(explanation_text(Json::parse(text)).empty()) << text;
  }
}

TEST(ExplanationText, SteersNoTerminal) {
  auto explanation = testing::explained();
  explanation.conclusion.document = "\x1b[2J";

  EXPECT_THAT(explanation_text(control::to_json(explanation)), HasSubstr("a pull    ?[2J\n"));
}

TEST(RefreshText, IsOneLine) {
  const auto line = [](const char* outcome) {
    return refresh_text(
        Json{{"name", "a:1"}, {"outcome", outcome}, {"before", "x"}, {"now", "y"}, {"took_ms", 7}});
  };

  EXPECT_EQ(line("moved"), "a:1: moved from x to y (7 ms)");
  EXPECT_EQ(line("unchanged"), "a:1: unchanged, y (7 ms)");
  EXPECT_EQ(line("new"), "a:1: new, y (7 ms)");
  EXPECT_EQ(line("gone"), "a:1: gone upstream; the cache keeps x (7 ms)");
}

}  // namespace
}  // namespace larder::cli
