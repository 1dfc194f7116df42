// What lies beyond the Index contract (contract/index_contract_test.cc): time, damage, a full map.
#include "cache/lmdb_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/index_rows.h"
#include "tests/support/bytes.h"
#include "tests/support/index_files.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::damage;
using larder::testing::digest_of_text;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Digest kDigest = digest_of_text("{}");
const TagName kName{"docker.io", "library/busybox", "latest"};
const TagRecord kTagRecord{kDigest, "type/x", 2, WallTime(), WallTime()};
const BlobRecord kBlobRecord{.size_bytes = 2, .media_type = "type/blob", .stored_at = WallTime()};
const Document kIndexedDocument{"type/document", "{}"};
const IndexTotals kIndexedTotals{
    .blobs = 1, .blob_bytes = 2, .disk_bytes = 4096, .probation_bytes = 4096, .tags = 1};

class LmdbIndexTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LmdbIndex>> open() { return LmdbIndex::open(options_); }

  void put_one_of_each() {
    const auto index = open().value();
    ASSERT_TRUE(index->put_blob(kDigest, kBlobRecord, kIndexedDocument).ok());
    ASSERT_TRUE(index->put_tag(kName, kTagRecord).ok());
  }
  std::filesystem::path data() const { return options_.directory / "data.mdb"; }

  static constexpr int kAtOnce = 20;
  static std::vector<std::pair<Digest, BlobRecord>> blobs_from(int first) {
    std::vector<std::pair<Digest, BlobRecord>> blobs;
    for (int i = first; i < first + kAtOnce; ++i) {
      blobs.emplace_back(digest_of_text(std::to_string(i)), kBlobRecord);
    }
    return blobs;
  }
  static Status put(LmdbIndex& index, int number) {
    return index.put_blob(digest_of_text(std::to_string(number)), kBlobRecord, std::nullopt);
  }
  // Puts blobs until no more fit. Returns: how many did.
  static int fill(LmdbIndex& index) {
    int blobs = 0;
    while (index.add_blobs(blobs_from(blobs))) blobs += kAtOnce;
    while (put(index, blobs)) ++blobs;
    return blobs;
  }
  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path() / "index", .map_bytes = 1 << 20};
};

TEST_F(LmdbIndexTest, RemembersEverythingAcrossReopening) {
  put_one_of_each();

  const auto index = open().value();

  EXPECT_EQ(index->find_blob(kDigest).value(), kBlobRecord);
  EXPECT_EQ(index->find_document(kDigest).value(), kIndexedDocument);
  EXPECT_EQ(index->find_tag(kName).value(), kTagRecord);
  EXPECT_EQ(index->totals().value(), kIndexedTotals);
  EXPECT_THAT(index->candidates(Queue::probation, 0, 9).value(), SizeIs(1));
}

TEST_F(LmdbIndexTest, RefusesAnotherSchema) {
  put_one_of_each();
  damage(data(), encode_schema(kSchemaVersion), encode_schema(kSchemaVersion + 1));

  const auto opened = open();

  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().context, HasSubstr("schema 3, this Larder reads 2"));
}

TEST_F(LmdbIndexTest, RefusesDamagedTotals) {
  put_one_of_each();
  const RowKey key(RowKind::totals);
  const std::string row = encode(key.bytes(), TotalsRow{kIndexedTotals, 2});
  damage(data(), row, "\x03" + row.substr(1));

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, SaysCorruptForADamagedRowAndServesTheOthers) {
  put_one_of_each();
  damage(data(), "type/blob", "type/blub");

  const auto index = open().value();

  EXPECT_EQ(index->find_blob(kDigest).error().code, Errc::corrupt);
  EXPECT_EQ(index->blobs_after({}, 1).error().code, Errc::corrupt);
  EXPECT_EQ(index->candidates(Queue::probation, 0, 1).error().code, Errc::corrupt);
  EXPECT_EQ(index->remove_blobs(std::vector{kDigest}).error().code, Errc::corrupt);
  EXPECT_EQ(index->find_document(kDigest).value(), kIndexedDocument);
}

TEST_F(LmdbIndexTest, NeverGivesADocumentThatDoesNotMatchItsDigest) {
  const auto index = open().value();
  ASSERT_TRUE(index->put_blob(kDigest, kBlobRecord, Document{"type/document", "[]"}).ok());

  EXPECT_EQ(index->find_document(kDigest).error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, IsCorruptWhenCutShort) {
  put_one_of_each();

  std::filesystem::resize_file(data(), 2 * 4096);

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, WritesNothingForUsesOfNothing) {
  const auto index = open().value();
  ASSERT_TRUE(put(*index, 1).ok());
  const std::uint64_t before = index->last_commit();

  EXPECT_TRUE(index->find_blob(digest_of_text("1")).ok());
  EXPECT_TRUE(index->record_uses({}).ok());
  EXPECT_TRUE(index->requeue({}).ok());
  EXPECT_TRUE(index->remove_blobs({}).ok());
  EXPECT_TRUE(index->add_blobs({}).ok());

  EXPECT_EQ(index->last_commit(), before);
}

TEST_F(LmdbIndexTest, RecordsTenThousandUsesAndPlacesInOneCommitEach) {
  options_.map_bytes = 256 << 20;
  const auto index = open().value();
  std::vector<std::pair<Digest, BlobRecord>> blobs;
  std::vector<BlobUse> uses;
  std::vector<Requeue> moves;
  for (int i = 0; i < 10'000; ++i) {
    const Digest digest = digest_of_text(std::to_string(i));
    blobs.emplace_back(digest, kBlobRecord);
    uses.push_back({digest, WallTime(std::chrono::seconds(1)), 1});
    moves.push_back({digest, Queue::main, 0});
  }
  ASSERT_TRUE(index->add_blobs(blobs).ok());
  const std::uint64_t before = index->last_commit();

  EXPECT_TRUE(index->record_uses(uses).ok());
  EXPECT_EQ(index->last_commit(), before + 1);
  EXPECT_TRUE(index->requeue(moves).ok());
  EXPECT_EQ(index->last_commit(), before + 2);

  EXPECT_EQ(index->totals()->probation_bytes, 0);
  EXPECT_EQ(index->find_blob(digest_of_text("77")).value()->uses, 1);
  EXPECT_THAT(index->candidates(Queue::main, 0, 20'000).value(), SizeIs(10'000));
}

TEST_F(LmdbIndexTest, DropsADocumentThatDoesNotFitAndKeepsTheRecord) {
  options_.map_bytes = 256 << 10;
  const std::string big(300 << 10, 'b');
  const auto index = open().value();

  ASSERT_TRUE(index->put_blob(digest_of_text(big), kBlobRecord, Document{"type/x", big}).ok());

  EXPECT_EQ(index->find_blob(digest_of_text(big)).value(), kBlobRecord);
  EXPECT_EQ(index->find_document(digest_of_text(big)).value(), std::nullopt);
}

TEST_F(LmdbIndexTest, KeepsNoMoreDocumentsThanLeaveRoomForRecords) {
  const auto index = open().value();
  int kept = 0;
  for (int i = 0; i < 40; ++i) {
    std::string bytes = std::to_string(i) + std::string(30 << 10, 'd');
    const Digest digest = digest_of_text(bytes);
    ASSERT_TRUE(index->put_blob(digest, kBlobRecord, Document{"type/x", bytes}).ok());
    kept += index->find_document(digest).value().has_value();
  }

  EXPECT_GT(kept, 20);
  EXPECT_LT(kept, 32);
  EXPECT_GT(fill(*index), 0);
}

TEST_F(LmdbIndexTest, SaysNoSpaceWhenNotEvenARecordFitsAndChangesNothing) {
  options_.map_bytes = 256 << 10;
  const auto index = open().value();
  const int blobs = fill(*index);

  EXPECT_EQ(put(*index, blobs).error().code, Errc::no_space);
  EXPECT_EQ(index->put_tag(kName, kTagRecord).error().code, Errc::no_space);
  EXPECT_EQ(index->put_pin(kDigest, {"reason", WallTime()}).error().code, Errc::no_space);

  EXPECT_GT(blobs, 100);
  EXPECT_EQ(index->totals()->blobs, blobs);
  EXPECT_EQ(index->find_blob(digest_of_text(std::to_string(blobs))).value(), std::nullopt);
  EXPECT_EQ(index->find_blob(digest_of_text("0")).value(), kBlobRecord);
}

TEST_F(LmdbIndexTest, RemovesEverythingFromAFullMapAndFillsItAgain) {
  options_.map_bytes = 256 << 10;
  const auto index = open().value();
  const int blobs = fill(*index);

  for (int first = 0; first < blobs; first += 4) {
    std::vector<Digest> digests;
    for (int i = first; i < first + 4; ++i) digests.push_back(digest_of_text(std::to_string(i)));
    ASSERT_TRUE(index->remove_blobs(digests).ok()) << first;
  }

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_GT(fill(*index), blobs * 3 / 4);
}

TEST_F(LmdbIndexTest, CountsUsesAndMovesBlobsInAFullMap) {
  options_.map_bytes = 256 << 10;
  const auto index = open().value();
  fill(*index);

  const std::vector<BlobUse> uses{{digest_of_text("0"), WallTime(), 1}};
  EXPECT_TRUE(index->record_uses(uses).ok());
  const std::vector<Requeue> moves{{digest_of_text("0"), Queue::main, 0}};
  EXPECT_TRUE(index->requeue(moves).ok());

  EXPECT_THAT(index->candidates(Queue::main, 0, 9).value(), SizeIs(1));
}

TEST_F(LmdbIndexTest, HasRoomAgainAfterAFullMapIsOpenedAnew) {
  options_.map_bytes = 256 << 10;
  const int blobs = fill(**open());

  const auto index = open().value();

  EXPECT_EQ(index->map_bytes(), 512 << 10);
  EXPECT_TRUE(put(*index, blobs).ok());
}

}  // namespace
}  // namespace larder::cache
