// The rows behind the contract's answers (contract/index_queues_contract_test.cc).
#include "cache/lmdb_blobs.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::TempDirectory;

const BlobRecord kKeptBlob{.size_bytes = 1, .media_type = "t", .stored_at = WallTime()};

class LmdbBlobsTest : public ::testing::Test {
 protected:
  template <class Change>
  Status change(Change one) {
    return environment_->write([&one](WriteTransaction& txn) -> Status {
      Result<LmdbBlobs> blobs = LmdbBlobs::begin(txn);
      if (!blobs) return blobs.error();
      if (Status done = one(*blobs); !done) return done;
      return blobs->finish();
    });
  }
  Status write_totals() {
    return environment_->write(
        [](WriteTransaction& txn) { return put_row(txn, RowKey(RowKind::totals), TotalsRow{}); });
  }

  TempDirectory directory_;
  std::unique_ptr<LmdbEnvironment> environment_ =
      LmdbEnvironment::open({.directory = directory_.path(), .map_bytes = 1 << 20}).value();
};

TEST_F(LmdbBlobsTest, AreCorruptWithoutTotals) {
  const Status done = change([](LmdbBlobs&) { return Status(); });

  EXPECT_EQ(done.error().code, Errc::corrupt);
}

TEST_F(LmdbBlobsTest, LeaveNoRowBehind) {
  ASSERT_TRUE(write_totals().ok());
  const Digest digest = digest_of_text("a");

  const Status done = change([&digest](LmdbBlobs& blobs) {
    Status all = blobs.put(digest, kKeptBlob);
    if (all) all = blobs.requeue({digest, Queue::main, 1});
    return all ? blobs.remove(digest) : all;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(environment_->begin_read()->row_count().value(), 1) << "the totals";
  EXPECT_EQ(read_totals(*environment_->begin_read()).value(), (TotalsRow{{}, 3}));
}

TEST_F(LmdbBlobsTest, GoOnAfterTheLastPlaceGiven) {
  ASSERT_TRUE(write_totals().ok());

  const Status done = change([](LmdbBlobs& blobs) {
    return blobs.add_at(digest_of_text("a"), {kKeptBlob, 1000, 0});
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(read_totals(*environment_->begin_read())->next_position, 1001);
}

}  // namespace
}  // namespace larder::cache
