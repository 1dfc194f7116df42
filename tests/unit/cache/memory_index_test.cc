// The index in memory fails when told to, in every method, and changes nothing then. What it does
// otherwise, the contract says (contract/index_contract_test.cc).
#include "tests/support/memory_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::MemoryIndex;

const Digest kA = digest_of_text("a");
const TagName kTagName{"docker.io", "library/a", "1"};
const TagRecord kTagged{kA, "t", 1, WallTime(), WallTime()};
const BlobRecord kStoredBlob{.size_bytes = 1, .media_type = "t", .stored_at = WallTime()};

template <class Outcome>
Errc code_of(const Outcome& outcome) {
  return outcome.error().code;
}

TEST(MemoryIndex, FailsToReadUntilMended) {
  MemoryIndex index;
  index.fail_reads(Errc::io);

  EXPECT_EQ(code_of(index.find_blob(kA)), Errc::io);
  EXPECT_EQ(code_of(index.find_document(kA)), Errc::io);
  EXPECT_EQ(code_of(index.find_tag(kTagName)), Errc::io);
  EXPECT_EQ(code_of(index.blobs_after({}, 1)), Errc::io);
  EXPECT_EQ(code_of(index.for_each_tag([](const auto&, const auto&) { return true; })), Errc::io);
  EXPECT_EQ(code_of(index.candidates(Queue::main, 0, 1)), Errc::io);
  EXPECT_EQ(code_of(index.children_of(kA)), Errc::io);
  EXPECT_EQ(code_of(index.parents_of(kA)), Errc::io);
  EXPECT_EQ(code_of(index.pins_of(kA)), Errc::io);
  EXPECT_EQ(code_of(index.for_each_pin([](const auto&, const auto&) { return true; })), Errc::io);
  EXPECT_EQ(code_of(index.find_note("n")), Errc::io);
  EXPECT_EQ(code_of(index.totals()), Errc::io);

  index.mend();
  EXPECT_EQ(index.totals().value(), IndexTotals{});
}

TEST(MemoryIndex, FailsToWriteUntilMendedAndChangesNothing) {
  MemoryIndex index;
  ASSERT_TRUE(index.put_blob(kA, kStoredBlob, std::nullopt).ok());
  index.fail_writes(Errc::no_space);
  const std::vector<Digest> digests{kA};
  const std::vector<BlobUse> uses{{kA, WallTime(), 1}};
  const std::vector<Requeue> moves{{kA, Queue::main, 0}};
  const std::vector<std::pair<Digest, BlobRecord>> blobs{{digest_of_text("b"), kStoredBlob}};

  EXPECT_EQ(code_of(index.put_blob(digest_of_text("b"), kStoredBlob, {})), Errc::no_space);
  EXPECT_EQ(code_of(index.add_blobs(blobs)), Errc::no_space);
  EXPECT_EQ(code_of(index.put_tag(kTagName, kTagged)), Errc::no_space);
  EXPECT_EQ(code_of(index.remove_blobs(digests)), Errc::no_space);
  EXPECT_EQ(code_of(index.remove_tag(kTagName)), Errc::no_space);
  EXPECT_EQ(code_of(index.record_uses(uses)), Errc::no_space);
  EXPECT_EQ(code_of(index.requeue(moves)), Errc::no_space);
  EXPECT_EQ(code_of(index.put_children(kA, digests)), Errc::no_space);
  EXPECT_EQ(code_of(index.put_pin(kA, {"r", WallTime()})), Errc::no_space);
  EXPECT_EQ(code_of(index.remove_pin(kA, "r")), Errc::no_space);
  EXPECT_EQ(code_of(index.put_note("n", "t")), Errc::no_space);

  EXPECT_EQ(index.find_blob(kA).value(), kStoredBlob);
  EXPECT_EQ(index.totals()->blobs, 1);
  index.mend();
  EXPECT_TRUE(index.remove_blobs(digests).ok());
}

}  // namespace
}  // namespace larder::cache
