#include "cache/blob_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cache/posix_files.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_files.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::digest_of_text;
using larder::testing::FileCall;
using larder::testing::MemoryFiles;
using larder::testing::TempDirectory;
using larder::testing::text_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

const std::string kText = "the bytes of a layer";
const std::string kHex = digest_of_text(kText).hex();
const std::string kShard = "/c/blobs/sha256/" + kHex.substr(0, 2);
const std::string kBlobPath = kShard + "/" + kHex;

class BlobFilesTest : public ::testing::Test {
 protected:
  Status publish(std::string_view text) {
    const Digest digest = digest_of_text(text);
    const Result<std::unique_ptr<File>> file = blobs_.begin(digest);
    if (!file) return file.error();
    if (Status written = (*file)->write_at(0, bytes_of(text)); !written) return written;
    return blobs_.publish(digest, **file);
  }
  std::string found(const Digest& digest) {
    const Result<std::unique_ptr<File>> file = blobs_.find(digest);
    return file ? text_of(**file) : std::string(to_string(file.error().code));
  }
  std::vector<Digest> all() {
    std::vector<Digest> digests;
    const Status done = blobs_.for_each([&digests](const Digest& digest, std::uint64_t) {
      digests.push_back(digest);
      return true;
    });
    EXPECT_TRUE(done.ok());
    return digests;
  }

  MemoryFiles files_;
  BlobFiles blobs_ = BlobFiles::open(files_, "/c").value();
};

TEST_F(BlobFilesTest, FindsNothingBeforeItIsPublished) {
  const std::unique_ptr<File> file = blobs_.begin(digest_of_text(kText)).value();

  ASSERT_TRUE(file->write_at(0, bytes_of(kText)).ok());

  EXPECT_EQ(found(digest_of_text(kText)), "not_found");
  EXPECT_THAT(all(), IsEmpty());
}

TEST_F(BlobFilesTest, FindsAPublishedBlobAtItsPath) {
  ASSERT_TRUE(publish(kText).ok());

  EXPECT_EQ(found(digest_of_text(kText)), kText);
  EXPECT_EQ(text_of(**files_.open_read(kBlobPath)), kText);
  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_F(BlobFilesTest, KeepsAlgorithmsApart) {
  const Digest digest = digest_of_text(kText, DigestAlgorithm::sha512);
  const std::unique_ptr<File> file = blobs_.begin(digest).value();

  ASSERT_TRUE(blobs_.publish(digest, *file).ok());

  EXPECT_THAT(all(), ElementsAre(digest));
  EXPECT_TRUE(
      files_.open_read("/c/blobs/sha512/" + digest.hex().substr(0, 2) + "/" + digest.hex()));
}

TEST_F(BlobFilesTest, BeginsWithAnEmptyFile) {
  ASSERT_TRUE(blobs_.begin(digest_of_text(kText)).value()->write_at(0, bytes_of("old")).ok());

  const std::unique_ptr<File> file = blobs_.begin(digest_of_text(kText)).value();

  EXPECT_EQ(file->size_bytes().value(), 0);
}

TEST_F(BlobFilesTest, DropsWhatAnEarlierRunLeftUnfinished) {
  ASSERT_TRUE(blobs_.begin(digest_of_text(kText)).ok());
  ASSERT_TRUE(files_.create("/c/partial/something else").ok());

  ASSERT_TRUE(BlobFiles::open(files_, "/c").ok());

  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_F(BlobFilesTest, DiscardsThePartialFile) {
  ASSERT_TRUE(blobs_.begin(digest_of_text(kText)).ok());

  EXPECT_TRUE(blobs_.discard(digest_of_text(kText)).ok());
  EXPECT_TRUE(blobs_.discard(digest_of_text(kText)).ok());

  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_F(BlobFilesTest, RemovesABlobWhileItIsBeingRead) {
  ASSERT_TRUE(publish(kText).ok());
  const std::unique_ptr<File> reading = blobs_.find(digest_of_text(kText)).value();

  EXPECT_TRUE(blobs_.remove(digest_of_text(kText)).ok());
  EXPECT_TRUE(blobs_.remove(digest_of_text(kText)).ok());

  EXPECT_EQ(found(digest_of_text(kText)), "not_found");
  EXPECT_EQ(text_of(*reading), kText);
}

TEST_F(BlobFilesTest, VisitsEveryBlobWithItsSize) {
  ASSERT_TRUE(publish("one").ok());
  ASSERT_TRUE(publish("three").ok());

  std::vector<std::uint64_t> sizes;
  const Status done = blobs_.for_each([&sizes](const Digest&, std::uint64_t size_bytes) {
    sizes.push_back(size_bytes);
    return true;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_THAT(sizes, UnorderedElementsAre(3, 5));
}

TEST_F(BlobFilesTest, StopsVisitingWhenTold) {
  ASSERT_TRUE(publish("one").ok());
  ASSERT_TRUE(publish("two").ok());

  int visits = 0;
  const Status done = blobs_.for_each([&visits](const Digest&, std::uint64_t) {
    ++visits;
    return false;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(visits, 1);
}

TEST_F(BlobFilesTest, SkipsFilesThatAreNoBlobs) {
  ASSERT_TRUE(publish(kText).ok());
  ASSERT_TRUE(files_.create(kShard + "/README").ok());
  ASSERT_TRUE(files_.create("/c/blobs/sha256/stray").ok());
  ASSERT_TRUE(files_.make_directories("/c/blobs/sha256/lost+found").ok());
  ASSERT_TRUE(files_.make_directories(kShard + "/" + std::string(64, 'a')).ok());
  ASSERT_TRUE(files_.make_directories("/c/blobs/sha256/zz").ok());
  ASSERT_TRUE(files_.create("/c/blobs/sha256/zz/" + std::string(64, 'b')).ok());

  EXPECT_THAT(all(), ElementsAre(digest_of_text(kText)));
}

TEST_F(BlobFilesTest, SaysWhatFailedWhenListing) {
  files_.fail(FileCall::list, Errc::io);

  const Status done = blobs_.for_each([](const Digest&, std::uint64_t) { return true; });

  EXPECT_THAT(done.error().context, StartsWith("list blobs: list /c/blobs/sha256"));
}

TEST_F(BlobFilesTest, TellsTheSpaceOfItsDisk) {
  files_.set_space({.total_bytes = 100, .available_bytes = 30});

  EXPECT_EQ(blobs_.space()->available_bytes, 30);
}

TEST_F(BlobFilesTest, PublishesLastingly) {
  ASSERT_TRUE(publish(kText).ok());

  files_.lose_power();

  EXPECT_EQ(found(digest_of_text(kText)), kText);
  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_F(BlobFilesTest, PublishesNothingWhenAnyStepFails) {
  for (const FileCall step :
       {FileCall::sync, FileCall::make_directories, FileCall::rename, FileCall::sync_directory}) {
    files_.fail(step, Errc::no_space);

    const Status published = publish(kText);

    EXPECT_EQ(published.error().code, Errc::no_space);
    EXPECT_THAT(published.error().context, StartsWith("publish sha256:" + kHex));
    EXPECT_EQ(found(digest_of_text(kText)), "not_found");
    EXPECT_TRUE(blobs_.discard(digest_of_text(kText)).ok());
  }
  EXPECT_TRUE(publish(kText).ok());
}

// Killed, or without power, between any two steps: what publish() promised is there, and what is
// there is whole.
class PublishInterrupted : public BlobFilesTest,
                           public ::testing::WithParamInterface<std::size_t> {};

// remove the map, create, write, sync, mkdir, rename, 3 x fsync, remove the map, chmod
constexpr std::size_t kPublishSteps = 11;
INSTANTIATE_TEST_SUITE_P(AfterStep, PublishInterrupted,
                         ::testing::Range(std::size_t{0}, kPublishSteps + 1));

TEST_P(PublishInterrupted, ByAKillLeavesAWholeBlobOrNone) {
  files_.die_after(GetParam());
  const bool promised = publish(kText).ok();
  files_.mend();

  blobs_ = BlobFiles::open(files_, "/c").value();

  EXPECT_THAT(found(digest_of_text(kText)), ::testing::AnyOf("not_found", kText));
  EXPECT_TRUE(!promised || found(digest_of_text(kText)) == kText);
  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_P(PublishInterrupted, ByAPowerLossLeavesAWholeBlobOrNone) {
  files_.die_after(GetParam());
  const bool promised = publish(kText).ok();
  files_.lose_power();

  blobs_ = BlobFiles::open(files_, "/c").value();

  EXPECT_THAT(found(digest_of_text(kText)), ::testing::AnyOf("not_found", kText));
  EXPECT_TRUE(!promised || found(digest_of_text(kText)) == kText);
  EXPECT_THAT(files_.list("/c/partial").value(), IsEmpty());
}

TEST_F(BlobFilesTest, PublishesInAsManyStepsAsAreInterrupted) {
  const std::size_t before = files_.changes();

  ASSERT_TRUE(publish(kText).ok());

  EXPECT_EQ(files_.changes() - before, kPublishSteps);
}

TEST(BlobFilesOnDisk, PublishesAReadOnlyFile) {
  const TempDirectory directory;
  PosixFiles files;
  BlobFiles blobs = BlobFiles::open(files, directory.path() / "cache").value();
  const std::unique_ptr<File> file = blobs.begin(digest_of_text(kText)).value();
  ASSERT_TRUE(file->write_at(0, bytes_of(kText)).ok());

  ASSERT_TRUE(blobs.publish(digest_of_text(kText), *file).ok());

  const auto path = directory.path() / "cache/blobs/sha256" / kHex.substr(0, 2) / kHex;
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0444));
  EXPECT_EQ(text_of(**blobs.find(digest_of_text(kText))), kText);
}

}  // namespace
}  // namespace larder::cache
