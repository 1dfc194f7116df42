#include "cache/eviction_policy.h"

#include <gtest/gtest.h>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::digest_of_text;

struct QueueCase {
  std::uint64_t probation_bytes;
  std::uint64_t all_bytes;
  Queue queue;
};

TEST(EvictionPolicy, ShrinksProbationOnlyAboveItsShare) {
  const QueueCase cases[] = {
      {0, 0, Queue::probation},
      {0, 100'000, Queue::main},
      {10'000, 100'000, Queue::main},
      {10'001, 100'000, Queue::probation},
      {90'000, 100'000, Queue::probation},
      {100'000, 100'000, Queue::probation},
      {5, 50, Queue::probation},
      {UINT64_MAX, UINT64_MAX, Queue::probation},
  };
  for (const QueueCase& c : cases) {
    EXPECT_EQ(queue_to_shrink(c.probation_bytes, c.all_bytes), c.queue)
        << c.probation_bytes << " of " << c.all_bytes;
  }
}

struct ChanceCase {
  Queue queue;
  unsigned frequency;
  bool is_used;
  std::optional<unsigned> frequency_in_main;  // empty: it may go
};

TEST(EvictionPolicy, AUseBuysAnotherRoundInMain) {
  const ChanceCase cases[] = {
      {Queue::probation, 0, false, {}}, {Queue::probation, 0, true, 0},
      {Queue::probation, 1, false, 0},  {Queue::probation, 3, true, 0},
      {Queue::main, 0, false, {}},      {Queue::main, 0, true, 0},
      {Queue::main, 1, false, 0},       {Queue::main, 3, false, 2},
  };
  const Digest digest = digest_of_text("blob");
  for (const ChanceCase& c : cases) {
    const auto chance = second_chance({digest, 1, c.queue, 7, c.frequency}, c.is_used);
    ASSERT_EQ(chance.has_value(), c.frequency_in_main.has_value());
    if (!chance) continue;
    EXPECT_EQ(chance->digest, digest);
    EXPECT_EQ(chance->queue, Queue::main);
    EXPECT_EQ(chance->frequency, *c.frequency_in_main);
  }
}

}  // namespace
}  // namespace larder::cache
