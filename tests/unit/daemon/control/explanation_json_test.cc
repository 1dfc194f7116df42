#include "daemon/control/explanation_json.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/control/explained.h"

namespace larder::control {
namespace {

using testing::sha256_of;

TEST(ExplanationJson, TellsOfTheWay) {
  const Json json = to_json(testing::explained());
  const Json expected = Json::parse(R"({"host": "reg.test", "rule": "*.test", "name": "reg.test",
      "repository": "team/app", "endpoints": [{"url": "https://reg.test", "breaker": "open",
        "since": "2023-11-14T22:13:20.000Z", "until": "2023-11-14T22:14:20.000Z",
        "reason": "connection refused",
        "tokens_paused": {"until": "2023-11-14T22:13:25.000Z", "reason": "HTTP 429"},
        "quota": {"remaining": 98, "limit": 100, "resets_at": "2023-11-14T22:13:29.000Z"},
        "latency_ms": 42.5,
        "credentials": [
          {"kind": "token", "of": "repository:team/app:pull", "until": "2023-11-14T22:14:10.000Z",
           "held": true, "failing": {"reason": "HTTP 503", "again_at": "2023-11-14T22:13:28.000Z"}},
          {"kind": "ecr", "of": "reg.test", "until": "2023-11-14T22:14:15.000Z",
           "held": false, "failing": null}]}]})");

  EXPECT_EQ(json["name"], "reg.test/team/app:1");
  EXPECT_EQ(json["platform"], "linux/amd64");
  EXPECT_EQ(json["offline"], false);
  EXPECT_EQ(json["upstream"], expected);
}

TEST(ExplanationJson, HasNullsForWhatIsNotKnownOfAnEndpoint) {
  auto explanation = testing::explained();
  explanation.route.upstream->endpoints = {{.url = "https://reg.test"}};

  const Json endpoint = to_json(explanation)["upstream"]["endpoints"][0];

  for (const char* key : {"since", "until", "reason", "tokens_paused", "quota", "latency_ms"}) {
    EXPECT_EQ(endpoint[key], nullptr) << key;
  }
}

TEST(ExplanationJson, TellsOfTheTag) {
  const Json tag = to_json(testing::explained())["tag"];

  EXPECT_EQ(tag["digest"], sha256_of("index").str());
  EXPECT_EQ(tag["checked_at"], "2023-11-14T22:13:22.000Z");
  EXPECT_EQ(tag["gone_at"], nullptr);
  EXPECT_EQ(tag["freshness"], "stale");
  EXPECT_EQ(tag["ttl_seconds"], 900);
  EXPECT_EQ(tag["ttl_left_seconds"], -90);
  EXPECT_EQ(tag["servable_until"], "2023-11-14T22:13:23.000Z");
}

TEST(ExplanationJson, TellsOfEveryPart) {
  const Json json = to_json(testing::explained());
  const Json& parts = json["documents"][1]["parts"];

  EXPECT_EQ(json["documents"][0]["other_platforms"][0]["platform"], "linux/arm64/v8");
  EXPECT_EQ(json["documents"][0]["other_platforms"][1]["platform"], nullptr);
  EXPECT_EQ(parts[0]["percent"], 100);
  EXPECT_EQ(parts[1]["percent"], 66);
  EXPECT_EQ(parts[1]["state"], "partial");
  EXPECT_EQ(parts[1]["fetching"], true);
  EXPECT_EQ(parts[2]["percent"], 0) << "although its size is not known";
}

TEST(ExplanationJson, CountsAndConcludes) {
  const Json json = to_json(testing::explained());

  EXPECT_EQ(json["image"], Json::parse(R"({"known": true, "parts": 3, "whole": 1, "fetching": 1,
                                           "bytes": 4000, "present_bytes": 2999, "percent": 74})"));
  EXPECT_EQ(json["pull"], Json::parse(R"({"outlook": "stale", "status": 200, "cause": null,
                                          "document": "Served.", "parts": "Fetched: 2 of 3."})"));
}

TEST(ExplanationJson, IsNeverDoneBeforeEveryPartIs) {
  auto explanation = testing::explained();
  explanation.tally = {3, 2, 0, 4000, 4000};

  EXPECT_EQ(to_json(explanation)["image"]["percent"], 99);
}

TEST(ExplanationJson, OfWhatNoRuleMatchesHasNullsInTheirPlace) {
  const Json json = to_json(registry::Explanation{});

  EXPECT_EQ(json["upstream"]["rule"], nullptr);
  EXPECT_EQ(json["upstream"]["endpoints"], Json::array());
  EXPECT_EQ(json["tag"], nullptr);
  EXPECT_EQ(json["documents"], Json::array());
  EXPECT_EQ(json["image"]["percent"], nullptr);
  EXPECT_EQ(json["pull"]["parts"], nullptr);
}

TEST(RefreshJson, NamesBothDigests) {
  const auto moved = registry::RefreshReport::Outcome::moved;
  const registry::RefreshReport report{"reg.test/app:1", moved, sha256_of("a"), sha256_of("b"),
                                       std::chrono::milliseconds(7)};

  const Json expected = {{"name", "reg.test/app:1"},
                         {"outcome", "moved"},
                         {"before", sha256_of("a").str()},
                         {"now", sha256_of("b").str()},
                         {"took_ms", 7}};
  EXPECT_EQ(to_json(report), expected);
}

}  // namespace
}  // namespace larder::control
