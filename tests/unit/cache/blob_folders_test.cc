#include "cache/blob_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/checked_cache.h"

namespace larder::cache {
namespace {

using larder::testing::CheckedCache;
using larder::testing::digest_of_text;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class BlobFoldersTest : public CheckedCache {
 protected:
  BlobFolders folders_{files_, root_};
  const Digest digest_ = digest_of_text("a");
  const std::string partial_ = "sha256-" + digest_.hex();
};

TEST(Shard, ComesInTheOrderOfDigests) {
  std::vector<Shard> shards;
  for (std::optional<Shard> shard = Shard{}; shard; shard = after(*shard)) shards.push_back(*shard);

  EXPECT_EQ(shards.size(), kShards);
  EXPECT_TRUE(std::is_sorted(shards.begin(), shards.end()));
  EXPECT_EQ(shard_of(digest_of_text("a")), (Shard{DigestAlgorithm::sha256, 0xca}));
}

TEST_F(BlobFoldersTest, ListsTheBlobsOfAShard) {
  const Digest blob = put_file("some bytes");
  const Digest sha512 = digest_of_text("more", DigestAlgorithm::sha512);
  rot(sha512, "more");

  EXPECT_THAT(folders_.list(shard_of(blob)).value().blobs, ElementsAre(Pair(blob, 10)));
  EXPECT_THAT(folders_.list(shard_of(sha512)).value().blobs, ElementsAre(Pair(sha512, 4)));
}

TEST_F(BlobFoldersTest, ListsNothingOfAShardThatIsNotThere) {
  const ShardListing listing = folders_.list({DigestAlgorithm::sha512, 7}).value();

  EXPECT_THAT(listing.blobs, IsEmpty());
  EXPECT_THAT(listing.strays, IsEmpty());
}

TEST_F(BlobFoldersTest, TellsStraysInAShard) {
  const std::string other = digest_of_text("b").hex();  // 3e.., that of "a" is ca..
  put_bytes(root_ / "blobs/sha256/ca/readme", "x");
  put_bytes(root_ / "blobs/sha256/ca" / other, "b");
  put_bytes(root_ / "blobs/sha256/ca/folder/x", "x");

  const ShardListing listing = folders_.list(shard_of(digest_)).value();

  EXPECT_THAT(listing.blobs, IsEmpty());
  EXPECT_THAT(listing.strays,
              UnorderedElementsAre("blobs/sha256/ca/readme", "blobs/sha256/ca/" + other,
                                   "blobs/sha256/ca/folder"));
}

TEST_F(BlobFoldersTest, TellsStraysBesideTheShards) {
  put_file("a");
  put_bytes(root_ / "blobs/file", "x");
  put_bytes(root_ / "blobs/md5/ca/x", "x");
  put_bytes(root_ / "blobs/sha256/CA/x", "x");
  put_bytes(root_ / "blobs/sha512/00", "x");

  EXPECT_THAT(
      folders_.strays_beside_shards().value(),
      UnorderedElementsAre("blobs/file", "blobs/md5", "blobs/sha256/CA", "blobs/sha512/00"));
}

TEST_F(BlobFoldersTest, LeavesPartialBlobsThatCanGoOn) {
  put_bytes(root_ / "partial" / partial_, "x");
  put_bytes(root_ / "partial" / (partial_ + ".chunks"), "x");

  EXPECT_THAT(folders_.useless_partials().value(), IsEmpty());
}

TEST_F(BlobFoldersTest, TellsPartialFilesWithoutUse) {
  put_bytes(root_ / "partial" / (partial_ + ".chunks"), "x");
  put_bytes(root_ / "partial" / (partial_ + ".document"), "x");
  put_bytes(root_ / "partial" / (partial_ + ".bak"), "x");
  put_bytes(root_ / "partial" / "notes.chunks", "x");

  EXPECT_THAT(
      folders_.useless_partials().value(),
      UnorderedElementsAre(
          UselessPartial{"partial/" + partial_ + ".chunks", "a chunk map without data", true},
          UselessPartial{"partial/" + partial_ + ".document", "a document half written", true},
          UselessPartial{"partial/" + partial_ + ".bak", "not a name of a partial blob", false},
          UselessPartial{"partial/notes.chunks", "not a name of a partial blob", false}));
}

TEST_F(BlobFoldersTest, RemovesAPartialFile) {
  put_bytes(root_ / "partial" / (partial_ + ".document"), "x");

  ASSERT_TRUE(folders_.remove(folders_.useless_partials().value().front()).ok());

  EXPECT_THAT(folders_.useless_partials().value(), IsEmpty());
}

TEST_F(BlobFoldersTest, TellsWhenAFolderCannotBeRead) {
  files_.fail_always(larder::testing::FileCall::list, Errc::io);

  EXPECT_FALSE(folders_.list(shard_of(digest_)).ok());
  EXPECT_FALSE(folders_.strays_beside_shards().ok());
  EXPECT_FALSE(folders_.useless_partials().ok());
}

}  // namespace
}  // namespace larder::cache
