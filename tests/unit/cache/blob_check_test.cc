#include "cache/blob_check.h"

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
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BlobCheckTest : public CheckedCache {
 protected:
  BlobVerdict verdict_on(const Digest& digest) { return check_.check(digest).value(); }

  std::vector<std::uint64_t> pieces_;
  bool goes_on_ = true;
  BlobCheck check_{blob_files_, 4, [this](std::uint64_t bytes) {
                     pieces_.push_back(bytes);
                     return goes_on_;
                   }};
};

TEST_F(BlobCheckTest, FindsAGoodBlobPieceByPiece) {
  const Digest digest = put_file("ten bytes!");

  const BlobVerdict verdict = verdict_on(digest);

  EXPECT_EQ(verdict.state, BlobState::good);
  EXPECT_EQ(verdict.size_bytes, 10U);
  EXPECT_THAT(pieces_, ElementsAre(4, 4, 2));
}

TEST_F(BlobCheckTest, FindsAGoodEmptyBlobAndOneOfSha512) {
  const Digest sha512 = digest_of_text("abc", DigestAlgorithm::sha512);
  rot(sha512, "abc");

  EXPECT_EQ(verdict_on(put_file("")).state, BlobState::good);
  EXPECT_EQ(verdict_on(sha512).state, BlobState::good);
}

TEST_F(BlobCheckTest, FindsAMissingFile) {
  EXPECT_EQ(verdict_on(digest_of_text("a")).state, BlobState::missing);
}

TEST_F(BlobCheckTest, FindsWrongBytesAfterASecondReading) {
  const Digest digest = put_file("abc");
  rot(digest, "abd");

  const BlobVerdict verdict = verdict_on(digest);

  EXPECT_EQ(verdict.state, BlobState::wrong_digest);
  EXPECT_EQ(verdict.detail, "its bytes are " + digest_of_text("abd").str());
  EXPECT_THAT(pieces_, ElementsAre(3, 3));
}

TEST_F(BlobCheckTest, FindsACutFile) {
  const Digest digest = put_file("abcdef");
  rot(digest, "abc");

  const BlobVerdict verdict = verdict_on(digest);

  EXPECT_EQ(verdict.state, BlobState::wrong_digest);
  EXPECT_EQ(verdict.size_bytes, 3U);
}

TEST_F(BlobCheckTest, ForgivesAReadErrorThatPasses) {
  const Digest digest = put_file("abcdef");
  files_.fail(FileCall::read, Errc::io, 2);

  EXPECT_EQ(verdict_on(digest).state, BlobState::good);
}

TEST_F(BlobCheckTest, FindsAReadErrorThatStays) {
  const Digest digest = put_file("abcdef");
  files_.fail_always(FileCall::read, Errc::io);

  const BlobVerdict verdict = verdict_on(digest);

  EXPECT_EQ(verdict.state, BlobState::read_error);
  EXPECT_THAT(verdict.detail, HasSubstr("read /cache/blobs/sha256"));
}

TEST_F(BlobCheckTest, SaysNothingAboutABlobItCannotOpen) {
  const Digest digest = put_file("abc");

  files_.fail(FileCall::open_read, Errc::io);
  EXPECT_EQ(verdict_on(digest).state, BlobState::unopened);
  files_.fail_always(FileCall::size, Errc::io);
  EXPECT_EQ(verdict_on(digest).state, BlobState::unopened);
}

TEST_F(BlobCheckTest, GivesUpWhenTold) {
  const Digest digest = put_file("abcdef");
  goes_on_ = false;

  EXPECT_EQ(check_.check(digest).error().code, Errc::cancelled);
  EXPECT_EQ(files_.calls(FileCall::read), 0U);
}

}  // namespace
}  // namespace larder::cache
