// What the scrubber does about what it finds; when it does it is in scrubber_schedule_test.cc.
#include "cache/scrubber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/scrubbed_cache.h"

namespace larder::cache {
namespace {

using larder::testing::FileCall;
using larder::testing::ScrubbedCache;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ScrubberTest = ScrubbedCache;

const std::string kBlockText(4096, 'a');  // of the disk

auto finding(FindingKind kind, const std::string& name, bool repaired) {
  return AllOf(Field("kind", &Finding::kind, kind), Field("name", &Finding::name, name),
               Field("repaired", &Finding::repaired, repaired));
}

TEST_F(ScrubberTest, FindsNothingWrongWithAGoodCache) {
  put_blob("abc");
  put_blob("defg");
  put_blob("");

  const CheckReport report = scrub();

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.blobs_total, 3U);
  EXPECT_EQ(report.blobs_checked, 3U);
  EXPECT_EQ(report.bytes_checked, 7U);
  EXPECT_TRUE(report.finished_at.has_value());
}

TEST_F(ScrubberTest, DropsABlobWithOtherBytes) {
  const Digest digest = put_blob(kBlockText);
  rot(digest, std::string(4096, 'b'));

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::wrong_digest, digest.str(), /*repaired=*/true)));

  EXPECT_FALSE(has_file(digest));
  EXPECT_EQ(record(digest), std::nullopt);
  EXPECT_EQ(space_.used_bytes(), kUsedBytes - 4096);
  EXPECT_THAT(observer_.corrupt_sources(), ElementsAre("disk"));
}

TEST_F(ScrubberTest, DropsABlobThatWasCut) {
  const Digest digest = put_blob("abc");
  rot(digest, "ab");

  const CheckReport report = scrub();

  EXPECT_THAT(report.findings,
              ElementsAre(finding(FindingKind::wrong_size, digest.str(), /*repaired=*/true)));
  EXPECT_EQ(report.findings[0].detail, "the file has 2 bytes, the record says 3; removed");
  EXPECT_FALSE(has_file(digest));
}

TEST_F(ScrubberTest, DropsTheRecordOfAMissingFile) {
  const Digest digest = put_record("abc");

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::missing_file, digest.str(), /*repaired=*/true)));

  EXPECT_EQ(record(digest), std::nullopt);
}

TEST_F(ScrubberTest, DropsABlobTheDiskDoesNotGiveBack) {
  const Digest digest = put_blob("abc");
  files_.fail_always(FileCall::read, Errc::io);

  const CheckReport report = scrub();

  EXPECT_THAT(report.findings,
              ElementsAre(finding(FindingKind::wrong_digest, digest.str(), /*repaired=*/true)));
  EXPECT_THAT(report.findings[0].detail, HasSubstr("read /cache"));
}

TEST_F(ScrubberTest, KeepsABlobWhoseSecondReadingIsGood) {
  const Digest digest = put_blob("abc");
  files_.fail(FileCall::read, Errc::io);

  EXPECT_THAT(scrub().findings, IsEmpty());

  EXPECT_TRUE(has_file(digest));
}

TEST_F(ScrubberTest, DropsNothingWhenTheWholeDiskFails) {
  for (const char* bytes : {"a", "b", "c", "d", "e"}) put_blob(bytes);
  files_.fail_always(FileCall::read, Errc::io);

  const CheckReport report = scrub();

  EXPECT_EQ(report.findings.size(), 2U);
  EXPECT_THAT(report.error, HasSubstr("3 files in a row cannot be read"));
  EXPECT_EQ(index_.totals().value().blobs, 5U);
}

TEST_F(ScrubberTest, LeavesABlobItCannotOpen) {
  const Digest digest = put_blob("abc");
  files_.fail_always(FileCall::open_read, Errc::denied);

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::wrong_digest, digest.str(), /*repaired=*/false)));

  EXPECT_TRUE(record(digest).has_value());
}

TEST_F(ScrubberTest, DropsABadBlobUnderItsReader) {
  const Digest digest = put_blob("abc");
  rot(digest, "abd");
  const Claims::Hold reader = claims_.hold(digest);

  EXPECT_EQ(scrub().unrepaired, 0U);

  EXPECT_FALSE(has_file(digest));
}

TEST_F(ScrubberTest, LeavesWhatIsBeingWritten) {
  const Digest orphan = put_file("abc");
  const Digest missing = put_record("def");
  being_written_ = {orphan, missing};

  EXPECT_THAT(scrub().findings, IsEmpty());

  EXPECT_EQ(record(orphan), std::nullopt);
  EXPECT_TRUE(record(missing).has_value());
}

TEST_F(ScrubberTest, AdoptsAGoodFileWithoutARecord) {
  const Digest digest = put_file(kBlockText);

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::orphan_file, digest.str(), /*repaired=*/true)));

  EXPECT_EQ(record(digest)->size_bytes, 4096U);
  EXPECT_EQ(space_.used_bytes(), kUsedBytes + 4096);
  EXPECT_THAT(observer_.corrupt_sources(), IsEmpty());
}

TEST_F(ScrubberTest, RemovesABadFileWithoutARecord) {
  const Digest digest = put_file("abc");
  rot(digest, "abd");

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::orphan_file, digest.str(), /*repaired=*/true)));

  EXPECT_FALSE(has_file(digest));
  EXPECT_EQ(space_.used_bytes(), kUsedBytes);
}

TEST_F(ScrubberTest, CorrectsTheRecordOfAGoodFile) {
  const Digest digest = put_file("abc");
  ASSERT_TRUE(index_.put_blob(digest, {7, "", clock_.wall()}, std::nullopt).ok());

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::wrong_size, digest.str(), /*repaired=*/true)));

  EXPECT_EQ(record(digest)->size_bytes, 3U);
}

TEST_F(ScrubberTest, TellsOfStrayFilesAndLeavesThem) {
  put_bytes(root_ / "blobs/sha256/00/notes.txt", "x");

  EXPECT_THAT(scrub().findings,
              ElementsAre(finding(FindingKind::stray_file, "blobs/sha256/00/notes.txt", false)));

  EXPECT_TRUE(files_.open_read(root_ / "blobs/sha256/00/notes.txt").ok());
}

TEST_F(ScrubberTest, CountsMoreFindingsThanItKeeps) {
  for (int i = 0; i < 10'000; ++i) put_record(std::to_string(i));

  const CheckReport report = scrub();

  EXPECT_EQ(report.counts[static_cast<std::size_t>(FindingKind::missing_file)], 10'000U);
  EXPECT_EQ(report.findings.size(), CheckReport::kFindingsMax);
  EXPECT_EQ(index_.totals().value().blobs, 0U);
}

}  // namespace
}  // namespace larder::cache
