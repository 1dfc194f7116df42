#include "daemon/cli/report_text.h"

#include <gtest/gtest.h>

namespace larder::cli {
namespace {

using cache::CheckReport;
using cache::FindingKind;

CheckReport report_of(std::uint64_t blobs, std::uint64_t bytes) {
  CheckReport report;
  report.finished_at = report.started_at + std::chrono::milliseconds(61'400);
  report.blobs_checked = blobs;
  report.bytes_checked = bytes;
  return report;
}

TEST(ReportText, OfACleanCacheIsOneLine) {
  EXPECT_EQ(report_text(report_of(1200, 5'583'457'485)),
            "1200 blobs checked, 5.2 GiB in 1m1s: nothing wrong\n");
}

TEST(ReportText, HasALineForEachFindingThatSaysWhatWasDone) {
  CheckReport report = report_of(1, 10);
  report.add({FindingKind::wrong_size, "sha256:aa", "file has 10 bytes, record says 20", true});
  report.add({FindingKind::stray_file, "blobs/x", "", false});

  EXPECT_EQ(report_text(report),
            "wrong size: sha256:aa (file has 10 bytes, record says 20): repaired\n"
            "stray file: blobs/x: left as it is\n"
            "1 blob checked, 10 B in 1m1s: 2 problems, 1 not repaired\n");
}

TEST(ReportText, SumsUpWhatWasRepaired) {
  CheckReport repaired = report_of(1, 10);
  CheckReport left = report_of(1, 10);
  repaired.add({FindingKind::orphan_file, "a", "", true});
  left.add({FindingKind::orphan_file, "a", "", false});

  EXPECT_TRUE(report_text(repaired).ends_with(": 1 problem, all repaired\n"));
  EXPECT_TRUE(report_text(left).ends_with(": 1 problem, none repaired\n"));
}

TEST(ReportText, CountsWhatIsNotListed) {
  CheckReport report = report_of(2000, 0);
  for (int i = 0; i < 1500; ++i) report.add({FindingKind::missing_file, "a", "", true});

  EXPECT_NE(report_text(report).find("\nand 500 more\n"), std::string::npos);
  EXPECT_TRUE(report_text(report).ends_with(": 1500 problems, all repaired\n"));
}

TEST(ReportText, SaysWhyACheckEndedEarly) {
  CheckReport report = report_of(1, 0);
  report.error = "io: read";

  EXPECT_EQ(report_text(report).substr(0, 22), "ended early: io: read\n");
}

TEST(ReportText, IsPrintableWhateverFilesAreCalled) {
  CheckReport report = report_of(1, 0);
  report.add({FindingKind::stray_file, "a\x1b[31m\nb", "", false});

  EXPECT_TRUE(report_text(report).starts_with("stray file: a?[31m?b: left as it is\n"));
}

TEST(IsClean, WhenAllWasCheckedAndRepaired) {
  CheckReport repaired = report_of(1, 0);
  CheckReport left = report_of(1, 0);
  CheckReport early = report_of(1, 0);
  repaired.add({FindingKind::orphan_file, "a", "", true});
  left.add({FindingKind::orphan_file, "a", "", false});
  early.error = "stopped";

  EXPECT_TRUE(is_clean(report_of(0, 0)));
  EXPECT_TRUE(is_clean(repaired));
  EXPECT_FALSE(is_clean(left));
  EXPECT_FALSE(is_clean(early));
}

TEST(ProgressText, NeverTellsMoreThanTheTotal) {
  CheckReport report = report_of(31, 5ULL << 30);
  report.blobs_total = 120;
  EXPECT_EQ(progress_text(report), "31 of 120 blobs, 5.0 GiB");

  report.blobs_total = 30;
  EXPECT_EQ(progress_text(report), "31 of 31 blobs, 5.0 GiB");
}

}  // namespace
}  // namespace larder::cli
