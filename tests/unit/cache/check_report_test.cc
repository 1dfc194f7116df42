#include "cache/check_report.h"

#include <gtest/gtest.h>

namespace larder::cache {
namespace {

TEST(CheckReport, CountsEveryFindingByKind) {
  CheckReport report;

  report.add({FindingKind::orphan_file, "a", "", /*repaired=*/true});
  report.add({FindingKind::orphan_file, "b", ""});
  report.add({FindingKind::wrong_digest, "c", ""});

  EXPECT_EQ(report.counts[static_cast<std::size_t>(FindingKind::orphan_file)], 2U);
  EXPECT_EQ(report.counts[static_cast<std::size_t>(FindingKind::wrong_digest)], 1U);
  EXPECT_EQ(report.findings_total(), 3U);
  EXPECT_EQ(report.unrepaired, 2U);
}

TEST(CheckReport, DoesNotCallTheHarmlessUnrepaired) {
  CheckReport report;

  report.add({FindingKind::stray_file, "blobs/lost+found", "", false, /*harmless=*/true});

  EXPECT_EQ(report.findings_total(), 1U);
  EXPECT_EQ(report.unrepaired, 0U);
}

TEST(CheckReport, KeepsTheFirstThousandAndCountsTheRest) {
  CheckReport report;

  for (int i = 0; i < 2500; ++i) {
    report.add({FindingKind::missing_file, std::to_string(i), ""});
  }

  EXPECT_EQ(report.findings.size(), CheckReport::kFindingsMax);
  EXPECT_EQ(report.findings.back().name, "999");
  EXPECT_EQ(report.findings_total(), 2500U);
  EXPECT_EQ(report.unrepaired, 2500U);
}

TEST(FindingKind, HasANameForMachinesAndOneForPeople) {
  EXPECT_EQ(to_string(FindingKind::dangling_record), "dangling_record");
  EXPECT_EQ(describe(FindingKind::orphan_file), "file without a record");
}

}  // namespace
}  // namespace larder::cache
