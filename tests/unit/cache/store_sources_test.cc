// Which sources a joiner brings to a flight.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/bytes.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::FakeSource;
using testing::kMiB;
using testing::pattern_bytes;
using testing::read_range;
using testing::sha256_of;

class NamesakeSources : public testing::StoreFixture {
 protected:
  // A flight that is denied half-way, while another reader names `other` as its source.
  Result<std::string> read_joined_by(const std::shared_ptr<FakeSource>& other) {
    const auto denied = source(
        bytes_, {.fails_at = kMiB, .failure = {Errc::denied, "403"}, .holds_at = kMiB}, "host");
    const auto first = open(sha256_of(bytes_), {denied});
    denied->wait_until_held();
    const auto second = open(sha256_of(bytes_), {other});
    denied->release();
    return read_range(*second, 0);
  }

  const std::string bytes_ = pattern_bytes(2 * kMiB);
};

TEST_F(NamesakeSources, AreAskedWhenTheyAreNotTheSame) {
  const auto other = source(bytes_, {.identity = "host/another"}, "host");

  const auto read = read_joined_by(other);

  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(*read, bytes_);
  EXPECT_EQ(other->bytes_sent(), kMiB);
}

TEST_F(NamesakeSources, AreNotAskedWhenTheyAreTheSame) {
  const auto other = source(bytes_, {}, "host");

  const auto read = read_joined_by(other);

  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::denied);
  EXPECT_EQ(other->fetches(), 0);
}

}  // namespace
}  // namespace larder::cache
