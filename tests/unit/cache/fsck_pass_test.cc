#include "cache/fsck_pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/checked_cache.h"

namespace larder::cache {
namespace {

using larder::testing::CheckedCache;
using larder::testing::digest_of_text;
using larder::testing::FileCall;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class FsckPassTest : public CheckedCache {
 protected:
  CheckReport check(bool repair) {
    CheckReport report;
    run_fsck_pass({.blob_files = blob_files_,
                   .folders = BlobFolders(files_, root_),
                   .index = has_index_ ? &index_ : nullptr,
                   .clock = clock_,
                   .repair = repair,
                   .progress = [this](const CheckReport&) { ++progress_calls_; }},
                  report);
    return report;
  }
  // What a check finds, and what one finds after a repair.
  CheckReport found() { return check(/*repair=*/false); }
  CheckReport repaired() { return check(/*repair=*/true); }

  void put_tag(const std::string& tag, const Digest& digest) {
    CHECK(index_.put_tag({"docker.io", "library/redis", tag}, {digest, "", 1, {}, {}}).ok());
  }
  std::string partial_path(const std::string& suffix) const {
    return "partial/sha256-" + digest_of_text("x").hex() + suffix;
  }

  bool has_index_ = true;
  int progress_calls_ = 0;
};

auto finding(FindingKind kind, const std::string& name, const std::string& detail) {
  return AllOf(Field("kind", &Finding::kind, kind), Field("name", &Finding::name, name),
               Field("detail", &Finding::detail, HasSubstr(detail)));
}

TEST_F(FsckPassTest, FindsNothingWrongWithAGoodCache) {
  put_tag("7", put_blob("abc"));
  put_bytes(root_ / partial_path(""), "half");
  put_bytes(root_ / partial_path(".chunks"), "map");

  const CheckReport report = found();

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.blobs_total, 1U);
  EXPECT_EQ(report.blobs_checked, 1U);
  EXPECT_EQ(report.bytes_checked, 3U);
  EXPECT_EQ(report.finished_at, clock_.wall());
  EXPECT_GT(progress_calls_, 0);
}

TEST_F(FsckPassTest, NamesEachDamageInPlainWords) {
  const Digest orphan = put_file("orphan");
  const Digest missing = put_record("missing");
  const Digest cut = put_blob("cut off");
  const Digest rotten = put_blob("rotten");
  const Digest gone = digest_of_text("gone");
  rot(cut, "cut");
  rot(rotten, "ROTTEN");
  put_tag("7", gone);
  put_bytes(root_ / "blobs/sha256/00/x", "stray");

  const CheckReport report = found();

  EXPECT_THAT(report.findings,
              UnorderedElementsAre(
                  finding(FindingKind::orphan_file, orphan.str(), ""),
                  finding(FindingKind::missing_file, missing.str(), "the file is missing"),
                  finding(FindingKind::wrong_size, cut.str(), "has 3 bytes, the record says 7"),
                  finding(FindingKind::wrong_digest, rotten.str(), "its bytes are sha256:"),
                  finding(FindingKind::dangling_record, "docker.io/library/redis:7", gone.str()),
                  finding(FindingKind::stray_file, "blobs/sha256/00/x", "")));
  EXPECT_EQ(report.unrepaired, 4U);  // tag and stray file do no harm
}

TEST_F(FsckPassTest, ChangesNothingUnlessToldTo) {
  put_file("orphan");
  put_record("missing");
  rot(put_blob("rotten"), "ROTTEN");
  put_tag("7", digest_of_text("gone"));
  put_bytes(root_ / partial_path(".document"), "half");
  index_.fail_writes(Errc::io);
  const std::size_t changes = files_.changes();

  EXPECT_EQ(found().unrepaired, 4U);

  EXPECT_EQ(files_.changes(), changes);
}

TEST_F(FsckPassTest, RepairsSoThatASecondRepairFindsNothing) {
  put_file("orphan");
  put_record("missing");
  rot(put_blob("cut off"), "cut");
  rot(put_blob("rotten"), "ROTTEN");
  rot(put_file("rotten orphan"), "ROTTEN");
  put_tag("7", digest_of_text("gone"));
  put_bytes(root_ / partial_path(".chunks"), "map");
  put_bytes(root_ / partial_path(".document"), "half");

  const CheckReport first = repaired();
  const CheckReport second = repaired();

  EXPECT_EQ(first.findings_total(), 8U);
  EXPECT_EQ(first.unrepaired, 0U);
  EXPECT_THAT(second.findings, IsEmpty());
  EXPECT_EQ(second.blobs_total, 1U);
}

TEST_F(FsckPassTest, RepairsTheRestAfterAKillAtAnyStep) {
  for (std::size_t step = 0; step < 12; ++step) {
    put_file("orphan " + std::to_string(step));
    rot(put_blob("rotten"), "ROTTEN");
    rot(put_file("rotten orphan"), "ROTTEN");
    put_bytes(root_ / partial_path(".document"), "half");
    files_.die_after(step);
    repaired();
    files_.mend();

    EXPECT_EQ(repaired().unrepaired, 0U) << step;
    EXPECT_THAT(found().findings, IsEmpty()) << step;
  }
}

TEST_F(FsckPassTest, RemovesTagsOfBlobsThatTurnOutBad) {
  const Digest digest = put_blob("abc");
  put_tag("7", digest);
  rot(digest, "abd");

  repaired();

  EXPECT_EQ(index_.find_tag({"docker.io", "library/redis", "7"}).value(), std::nullopt);
}

TEST_F(FsckPassTest, KeepsTagsOfFilesThatOnlyLackTheirRecord) {
  put_tag("7", put_file("abc"));

  EXPECT_THAT(found().findings,
              ElementsAre(finding(FindingKind::orphan_file, digest_of_text("abc").str(), "")));
}

TEST_F(FsckPassTest, RemovesMoreTagsThanItKeepsInMind) {
  for (int i = 0; i < 2500; ++i) put_tag(std::to_string(i), digest_of_text("gone"));

  const CheckReport report = repaired();

  EXPECT_EQ(report.counts[static_cast<std::size_t>(FindingKind::dangling_record)], 2500U);
  EXPECT_EQ(report.unrepaired, 0U);
  EXPECT_EQ(index_.totals().value().tags, 0U);
}

TEST_F(FsckPassTest, TellsOfFilesThatAreNotLardersAndLeavesThemAlone) {
  put_bytes(root_ / "blobs/lost+found/x", "x");
  put_bytes(root_ / "partial/notes.txt", "x");
  put_bytes(root_ / "blobs/sha256/00/notes.txt", "x");

  const CheckReport report = repaired();

  EXPECT_EQ(report.counts[static_cast<std::size_t>(FindingKind::stray_file)], 3U);
  EXPECT_EQ(report.unrepaired, 0U);
  EXPECT_EQ(repaired().findings_total(), 3U);
}

TEST_F(FsckPassTest, ChecksFilesByTheirNamesWhenThereIsNoIndex) {
  has_index_ = false;
  put_file("abc");
  const Digest rotten = put_file("def");
  rot(rotten, "deg");

  const CheckReport report = found();

  EXPECT_THAT(report.findings,
              ElementsAre(finding(FindingKind::wrong_digest, rotten.str(), "its bytes are")));
  EXPECT_EQ(report.blobs_checked, 2U);
}

TEST_F(FsckPassTest, SaysWhyItEndedEarly) {
  put_blob("abc");
  files_.fail_always(FileCall::list, Errc::io);

  EXPECT_THAT(found().error, HasSubstr("io: list /cache/blobs/sha256/00"));
}

TEST_F(FsckPassTest, RemovesNothingWhenTheWholeDiskFails) {
  for (const char* bytes : {"a", "b", "c", "d", "e"}) put_blob(bytes);
  files_.fail_always(FileCall::read, Errc::io);

  const CheckReport report = repaired();

  EXPECT_THAT(report.error, HasSubstr("the disk may be failing"));
  EXPECT_EQ(index_.totals().value().blobs, 5U);
}

}  // namespace
}  // namespace larder::cache
