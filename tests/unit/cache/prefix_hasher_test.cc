#include "cache/prefix_hasher.h"

#include <gtest/gtest.h>

#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

class PrefixHasherTest : public ::testing::Test {
 protected:
  PrefixHasherTest() {
    CHECK(files_.make_directories("/d").ok());
    file_ = *files_.create("/d/f");
    CHECK(file_->write_at(0, all()).ok());
  }

  std::span<const std::byte> all() const { return std::as_bytes(std::span(bytes_)); }
  Status advance(std::uint64_t prefix, ByteRange fresh) {
    return hasher_.advance(
        *file_, [prefix] { return prefix; }, fresh, all().subspan(fresh.begin, fresh.size_bytes()));
  }

  const std::string bytes_ = testing::pattern_bytes(1000);
  testing::MemoryFiles files_;
  std::unique_ptr<File> file_;
  PrefixHasher hasher_{DigestAlgorithm::sha256};
};

TEST_F(PrefixHasherTest, BytesInOrderAreNotReadBack) {
  ASSERT_TRUE(advance(400, {0, 400}).ok());
  ASSERT_TRUE(advance(1000, {400, 1000}).ok());

  EXPECT_EQ(hasher_.digest(), testing::sha256_of(bytes_));
  EXPECT_EQ(files_.calls(testing::FileCall::read), 0u);
}

TEST_F(PrefixHasherTest, BytesThatCameAheadAreReadBackOnce) {
  ASSERT_TRUE(advance(0, {400, 1000}).ok());
  EXPECT_EQ(hasher_.hashed_bytes(), 0u);

  ASSERT_TRUE(advance(1000, {0, 400}).ok());

  EXPECT_EQ(hasher_.digest(), testing::sha256_of(bytes_));
  EXPECT_EQ(files_.calls(testing::FileCall::read), 1u);
}

TEST_F(PrefixHasherTest, TellsWhenTheFileCannotBeReadBack) {
  files_.fail_always(testing::FileCall::read, Errc::io);

  EXPECT_EQ(advance(1000, {400, 1000}).error().code, Errc::io);
}

TEST_F(PrefixHasherTest, ACopyHasSeenTheSameBytes) {
  ASSERT_TRUE(advance(400, {0, 400}).ok());

  const auto copy = hasher_.copy();

  EXPECT_EQ(copy.hashed_bytes, 400u);
  EXPECT_EQ(copy.hasher.digest(), testing::sha256_of(bytes_.substr(0, 400)));
}

}  // namespace
}  // namespace larder::cache
