#include "daemon/control/check_report_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/control/timestamp.h"

namespace larder::control {
namespace {

using cache::CheckReport;
using cache::FindingKind;

CheckReport finished_report() {
  CheckReport report;
  report.started_at = *parse_timestamp("2026-01-02T03:04:05.678Z");
  report.finished_at = *parse_timestamp("2026-01-02T03:05:00.000Z");
  report.blobs_total = 10;
  report.blobs_checked = 9;
  report.bytes_checked = 123'456'789'012;
  report.add({FindingKind::wrong_digest, "sha256:aa", "bytes \"differ\"", true});
  report.add({FindingKind::stray_file, "blobs/x\xff", "", false});
  report.error = "stopped";
  return report;
}

TEST(CheckReportJson, HasEveryFieldOfTheContract) {
  const auto json = nlohmann::json::parse(to_json(finished_report()));

  EXPECT_EQ(json["running"], false);
  EXPECT_EQ(json["started_at"], "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(json["finished_at"], "2026-01-02T03:05:00.000Z");
  EXPECT_EQ(json["blobs_total"], 10);
  EXPECT_EQ(json["blobs_checked"], 9);
  EXPECT_EQ(json["bytes_checked"], 123'456'789'012);
  EXPECT_EQ(json["counts"].size(), cache::kFindingKinds);
  EXPECT_EQ(json["counts"]["wrong_digest"], 1);
  EXPECT_EQ(json["counts"]["orphan_file"], 0);
  EXPECT_EQ(json["unrepaired"], 1);
  EXPECT_EQ(
      json["findings"][0],
      nlohmann::json::parse(R"({"kind":"wrong_digest","name":"sha256:aa",)"
                            R"("detail":"bytes \"differ\"","repaired":true,"harmless":false})"));
  EXPECT_EQ(json["error"], "stopped");
}

TEST(CheckReportJson, OfARunningPassHasNoEnd) {
  CheckReport report = finished_report();
  report.finished_at.reset();

  const auto json = nlohmann::json::parse(to_json(report));

  EXPECT_EQ(json["running"], true);
  EXPECT_TRUE(json["finished_at"].is_null());
}

TEST(CheckReportJson, OfNoPassIsNull) {
  const auto json = nlohmann::json::parse(to_json(std::nullopt));

  EXPECT_EQ(json["running"], false);
  EXPECT_TRUE(json["started_at"].is_null());
  EXPECT_EQ(json["findings"], nlohmann::json::array());
}

TEST(CheckReportJson, IsReadBackToTheSame) {
  CheckReport without_end = finished_report();
  without_end.finished_at.reset();

  for (const std::optional<CheckReport>& report :
       {std::optional<CheckReport>(), std::optional(finished_report()),
        std::optional(without_end)}) {
    const auto read = parse_check_report(to_json(report));

    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(to_json(*read), to_json(report));
  }
}

TEST(CheckReportJson, OfALaterVersionIsReadAsFarAsItIsKnown) {
  auto json = nlohmann::json::parse(to_json(finished_report()));
  json["more"] = 1;
  json["findings"][0]["kind"] = "new_kind";

  const auto read = parse_check_report(json.dump());

  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ((*read)->findings.size(), 1U);
  EXPECT_EQ((*read)->findings_total(), 2U);
}

struct BadField {
  const char* pointer;  // RFC 6901
  nlohmann::json value;
};

class BadReports : public ::testing::TestWithParam<BadField> {};

TEST_P(BadReports, AreInvalid) {
  auto json = nlohmann::json::parse(to_json(finished_report()));
  json[nlohmann::json::json_pointer(GetParam().pointer)] = GetParam().value;

  const auto read = parse_check_report(json.dump());

  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadReports,
    ::testing::Values(BadField{"/started_at", 5}, BadField{"/started_at", "yesterday"},
                      BadField{"/finished_at", false}, BadField{"/blobs_total", -1},
                      BadField{"/blobs_checked", "9"}, BadField{"/bytes_checked", 1.5},
                      BadField{"/counts", nlohmann::json::array()},
                      BadField{"/counts/wrong_size", "x"}, BadField{"/unrepaired", nullptr},
                      BadField{"/findings", 5}, BadField{"/findings/0", "x"},
                      BadField{"/findings/0/repaired", 1}, BadField{"/findings/0/harmless", 1},
                      BadField{"/findings/0/kind", 1}, BadField{"/error", nullptr}));

TEST(CheckReportJson, IsAnObject) {
  for (const char* const text : {"", "[]", "null", "{", "{}"}) {
    EXPECT_FALSE(parse_check_report(text).ok()) << text;
  }
}

}  // namespace
}  // namespace larder::control
