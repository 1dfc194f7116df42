// What every Index must do about queues, uses, children, pins and notes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/index_contract.h"

namespace larder::cache {
namespace {

using larder::testing::at;
using larder::testing::blob_of;
using larder::testing::digest_of_text;
using larder::testing::every_index_kind;
using larder::testing::IndexContract;
using larder::testing::name_of_kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const Digest kA = digest_of_text("a");
const Digest kB = digest_of_text("b");
const Digest kC = digest_of_text("c");

// A candidate with this digest, whatever its position.
auto is(const Digest& digest, unsigned frequency = 0) {
  return AllOf(Field(&Candidate::digest, digest), Field(&Candidate::frequency, frequency));
}

class IndexQueues : public IndexContract {
 protected:
  void SetUp() override {
    for (const auto& [digest, size_bytes] : {std::pair(kA, 1), {kB, 5000}, {kC, 10'000}}) {
      ASSERT_TRUE(index_->put_blob(digest, blob_of(size_bytes), std::nullopt).ok());
    }
  }
  std::vector<Candidate> all_of(Queue queue) { return index_->candidates(queue, 0, 100).value(); }
  Status requeue(const Digest& digest, Queue queue, unsigned frequency = 0) {
    const Requeue change{digest, queue, frequency};
    return index_->requeue(std::span(&change, 1));
  }
  Status use(const Digest& digest, WallTime used_at, std::uint64_t count = 1) {
    const BlobUse use{digest, used_at, count};
    return index_->record_uses(std::span(&use, 1));
  }
};

TEST_P(IndexQueues, HaveBlobsInTheOrderOfArrival) {
  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kA), is(kB), is(kC)));
  EXPECT_THAT(all_of(Queue::main), IsEmpty());
}

TEST_P(IndexQueues, BeginWhereTheRecordSays) {
  BlobRecord record = blob_of(1);
  record.queue = Queue::main;

  ASSERT_TRUE(index_->put_blob(digest_of_text("main"), record, std::nullopt).ok());

  EXPECT_THAT(all_of(Queue::main), ElementsAre(is(digest_of_text("main"))));
  EXPECT_EQ(index_->find_blob(digest_of_text("main")).value(), record);
}

TEST_P(IndexQueues, AreReadInStepsByPosition) {
  const std::vector<Candidate> first = index_->candidates(Queue::probation, 0, 2).value();
  ASSERT_THAT(first, ElementsAre(is(kA), is(kB)));
  EXPECT_LT(first[0].position, first[1].position);

  const auto rest = index_->candidates(Queue::probation, first[1].position + 1, 2).value();

  EXPECT_THAT(rest, ElementsAre(is(kC)));
  EXPECT_EQ(rest[0].size_bytes, 10'000);
  EXPECT_THAT(index_->candidates(Queue::probation, rest[0].position, 2).value(), rest);
  EXPECT_THAT(index_->candidates(Queue::probation, 0, 0).value(), IsEmpty());
}

TEST_P(IndexQueues, KeepPlaceUsesAndFrequencyOfABlobThatIsPutAgain) {
  ASSERT_TRUE(requeue(kA, Queue::main).ok());
  ASSERT_TRUE(use(kA, at(1'800'000'000'000'000'000)).ok());
  const std::vector<Candidate> before = all_of(Queue::main);

  ASSERT_TRUE(index_->put_blob(kA, blob_of(1), Document{"t", "a"}).ok());

  EXPECT_EQ(all_of(Queue::main), before);
  EXPECT_THAT(before, ElementsAre(is(kA, 1)));
  EXPECT_EQ(index_->find_blob(kA).value()->uses, 1);
  EXPECT_EQ(index_->find_blob(kA).value()->used_at, at(1'800'000'000'000'000'000));
  EXPECT_EQ(index_->find_blob(kA).value()->queue, Queue::main);
}

TEST_P(IndexQueues, CountAChangedSizeWhereTheBlobIs) {
  ASSERT_TRUE(requeue(kA, Queue::main).ok());

  ASSERT_TRUE(index_->put_blob(kA, blob_of(9000), std::nullopt).ok());

  EXPECT_EQ(index_->totals()->disk_bytes, (3 + 2 + 3) * 4096);
  EXPECT_EQ(index_->totals()->probation_bytes, (2 + 3) * 4096);
}

TEST_P(IndexQueues, ForgetABlobThatIsRemoved) {
  ASSERT_TRUE(requeue(kB, Queue::main).ok());

  const std::vector<Digest> gone{kA, kB};
  ASSERT_TRUE(index_->remove_blobs(gone).ok());

  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kC)));
  EXPECT_THAT(all_of(Queue::main), IsEmpty());
  EXPECT_EQ(index_->totals()->probation_bytes, 3 * 4096);
}

TEST_P(IndexQueues, BeginAnewForABlobThatComesBack) {
  ASSERT_TRUE(use(kA, at(1'800'000'000'000'000'000)).ok());
  ASSERT_TRUE(remove(kA).ok());

  ASSERT_TRUE(index_->put_blob(kA, blob_of(1), std::nullopt).ok());

  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kB), is(kC), is(kA)));
  EXPECT_EQ(index_->find_blob(kA).value(), blob_of(1));
}

TEST_P(IndexQueues, MoveABlobToTheNewestEnd) {
  ASSERT_TRUE(requeue(kA, Queue::main).ok());
  ASSERT_TRUE(requeue(kB, Queue::main, 2).ok());
  ASSERT_TRUE(requeue(kA, Queue::main, 1).ok());

  EXPECT_THAT(all_of(Queue::main), ElementsAre(is(kB, 2), is(kA, 1)));
  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kC)));
  EXPECT_EQ(index_->totals()->probation_bytes, 3 * 4096);
  EXPECT_EQ(index_->totals()->disk_bytes, (1 + 2 + 3) * 4096);
}

TEST_P(IndexQueues, MoveManyInTheirOrderAndSkipTheUnknown) {
  const std::vector<Requeue> changes{
      {kC, Queue::main, 0}, {digest_of_text("absent"), Queue::main, 0}, {kA, Queue::main, 9}};

  ASSERT_TRUE(index_->requeue(changes).ok());

  EXPECT_THAT(all_of(Queue::main), ElementsAre(is(kC), is(kA, kFrequencyMax)));
  EXPECT_EQ(index_->totals()->blobs, 3);
}

TEST_P(IndexQueues, NeverUseAPositionTwice) {
  const std::uint64_t last = all_of(Queue::probation).back().position;
  ASSERT_TRUE(remove(kC).ok());

  ASSERT_TRUE(index_->put_blob(kC, blob_of(1), std::nullopt).ok());

  EXPECT_GT(all_of(Queue::probation).back().position, last);
}

TEST_P(IndexQueues, CountUsesAndFrequencyUpToItsMost) {
  ASSERT_TRUE(use(kA, at(1'800'000'000'000'000'000), 2).ok());
  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kA, 2), is(kB), is(kC)));

  ASSERT_TRUE(use(kA, at(1'800'000'000'000'000'001), 1ULL << 33).ok());

  EXPECT_THAT(all_of(Queue::probation), ElementsAre(is(kA, kFrequencyMax), is(kB), is(kC)));
  EXPECT_EQ(index_->find_blob(kA).value()->uses, (1ULL << 33) + 2);
}

TEST_P(IndexQueues, MoveTheLastUseForwardOnly) {
  ASSERT_TRUE(use(kA, at(1'800'000'000'000'000'000)).ok());

  ASSERT_TRUE(use(kA, at(1'750'000'000'000'000'000)).ok());

  EXPECT_EQ(index_->find_blob(kA).value()->used_at, at(1'800'000'000'000'000'000));
  EXPECT_EQ(index_->find_blob(kA).value()->stored_at, blob_of(1).stored_at);
}

TEST_P(IndexQueues, SkipUsesOfBlobsWithoutARecord) {
  ASSERT_TRUE(use(digest_of_text("absent"), at(1)).ok());

  EXPECT_EQ(index_->find_blob(digest_of_text("absent")).value(), std::nullopt);
  EXPECT_EQ(index_->totals()->blobs, 3);
}

using IndexLinks = IndexContract;

TEST_P(IndexLinks, AreFoundFromBothEnds) {
  ASSERT_TRUE(index_->put_children(kA, std::vector{kC, kB, kC}).ok());
  ASSERT_TRUE(index_->put_children(digest_of_text("other"), std::vector{kB}).ok());

  EXPECT_THAT(index_->children_of(kA).value(), ElementsAre(kC, kB));
  EXPECT_THAT(index_->parents_of(kB).value(), UnorderedElementsAre(kA, digest_of_text("other")));
  EXPECT_THAT(index_->parents_of(kC).value(), ElementsAre(kA));
  EXPECT_THAT(index_->parents_of(kA).value(), IsEmpty());
  EXPECT_THAT(index_->children_of(kB).value(), IsEmpty());
}

TEST_P(IndexLinks, AreReplaced) {
  ASSERT_TRUE(index_->put_children(kA, std::vector{kB}).ok());

  ASSERT_TRUE(index_->put_children(kA, std::vector{kC}).ok());

  EXPECT_THAT(index_->children_of(kA).value(), ElementsAre(kC));
  EXPECT_THAT(index_->parents_of(kB).value(), IsEmpty());
  ASSERT_TRUE(index_->put_children(kA, {}).ok());
  EXPECT_THAT(index_->parents_of(kC).value(), IsEmpty());
}

TEST_P(IndexLinks, GoWithTheParentAndStayWithoutTheChild) {
  ASSERT_TRUE(index_->put_children(kA, std::vector{kB}).ok());
  ASSERT_TRUE(index_->put_children(kB, std::vector{kC}).ok());

  ASSERT_TRUE(remove(kB).ok());

  EXPECT_THAT(index_->children_of(kA).value(), ElementsAre(kB));
  EXPECT_THAT(index_->parents_of(kB).value(), ElementsAre(kA));
  EXPECT_THAT(index_->children_of(kB).value(), IsEmpty());
  EXPECT_THAT(index_->parents_of(kC).value(), IsEmpty());
}

TEST_P(IndexLinks, TellAlgorithmsApart) {
  const Digest longer = digest_of_text("b", DigestAlgorithm::sha512);
  ASSERT_TRUE(index_->put_children(kA, std::vector{kB, longer}).ok());

  EXPECT_THAT(index_->children_of(kA).value(), ElementsAre(kB, longer));
  EXPECT_THAT(index_->parents_of(longer).value(), ElementsAre(kA));
}

TEST_P(IndexLinks, HoldManyChildren) {
  std::vector<Digest> children;
  for (int i = 0; i < 500; ++i) children.push_back(digest_of_text(std::to_string(i)));

  ASSERT_TRUE(index_->put_children(kA, children).ok());

  EXPECT_EQ(index_->children_of(kA).value(), children);
}

class IndexPins : public IndexContract {
 protected:
  std::vector<std::pair<Digest, Pin>> all() {
    std::vector<std::pair<Digest, Pin>> pins;
    EXPECT_TRUE(index_
                    ->for_each_pin([&pins](const Digest& digest, const Pin& pin) {
                      pins.emplace_back(digest, pin);
                      return true;
                    })
                    .ok());
    return pins;
  }
};

TEST_P(IndexPins, AreKeptByReason) {
  ASSERT_TRUE(index_->put_pin(kA, {"one", at(1)}).ok());
  ASSERT_TRUE(index_->put_pin(kA, {"two", at(2)}).ok());
  ASSERT_TRUE(index_->put_pin(kB, {"one", at(3)}).ok());

  EXPECT_THAT(index_->pins_of(kA).value(), ElementsAre(Pin{"one", at(1)}, Pin{"two", at(2)}));
  EXPECT_THAT(index_->pins_of(kC).value(), IsEmpty());
  EXPECT_THAT(all(), UnorderedElementsAre(Pair(kA, Pin{"one", at(1)}), Pair(kA, Pin{"two", at(2)}),
                                          Pair(kB, Pin{"one", at(3)})));
}

TEST_P(IndexPins, AreReplacedByTheSameReason) {
  ASSERT_TRUE(index_->put_pin(kA, {"one", at(1)}).ok());

  ASSERT_TRUE(index_->put_pin(kA, {"one", at(9)}).ok());

  EXPECT_THAT(index_->pins_of(kA).value(), ElementsAre(Pin{"one", at(9)}));
}

TEST_P(IndexPins, AreRemovedOneByOne) {
  ASSERT_TRUE(index_->put_pin(kA, {"one", at(1)}).ok());
  ASSERT_TRUE(index_->put_pin(kA, {"one more", at(2)}).ok());

  ASSERT_TRUE(index_->remove_pin(kA, "one").ok());
  ASSERT_TRUE(index_->remove_pin(kA, "absent").ok());
  ASSERT_TRUE(index_->remove_pin(kB, std::string(1000, 'x')).ok());

  EXPECT_THAT(all(), ElementsAre(Pair(kA, Pin{"one more", at(2)})));
}

TEST_P(IndexPins, OutliveTheBlob) {
  ASSERT_TRUE(index_->put_blob(kA, blob_of(1), std::nullopt).ok());
  ASSERT_TRUE(index_->put_pin(kA, {"one", at(1)}).ok());

  ASSERT_TRUE(remove(kA).ok());

  EXPECT_THAT(index_->pins_of(kA).value(), ElementsAre(Pin{"one", at(1)}));
}

TEST_P(IndexPins, NeedAReasonThatFits) {
  EXPECT_EQ(index_->put_pin(kA, {"", at(1)}).error().code, Errc::invalid);
  EXPECT_EQ(index_->put_pin(kA, {std::string(256, 'r'), at(1)}).error().code, Errc::invalid);
  EXPECT_THAT(all(), IsEmpty());

  const Digest longest = digest_of_text("a", DigestAlgorithm::sha512);
  ASSERT_TRUE(index_->put_pin(longest, {std::string(255, 'r'), at(1)}).ok());
  EXPECT_THAT(all(), ElementsAre(Pair(longest, Pin{std::string(255, 'r'), at(1)})));
}

TEST_P(IndexPins, AreVisitedUntilToldToStop) {
  ASSERT_TRUE(index_->put_pin(kA, {"one", at(1)}).ok());
  ASSERT_TRUE(index_->put_pin(kA, {"two", at(1)}).ok());

  int visits = 0;
  const Status done = index_->for_each_pin([&visits](const Digest&, const Pin&) {
    ++visits;
    return false;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(visits, 1);
}

using IndexNotes = IndexContract;

TEST_P(IndexNotes, AreKeptByName) {
  ASSERT_TRUE(index_->put_note("scrub", "one").ok());
  ASSERT_TRUE(index_->put_note("scrubber", "").ok());

  ASSERT_TRUE(index_->put_note("scrub", "two").ok());

  EXPECT_EQ(index_->find_note("scrub").value(), "two");
  EXPECT_EQ(index_->find_note("scrubber").value(), "");
  EXPECT_EQ(index_->find_note("scru").value(), std::nullopt);
}

TEST_P(IndexNotes, NeedANameThatFits) {
  EXPECT_EQ(index_->put_note("", "x").error().code, Errc::invalid);
  EXPECT_EQ(index_->put_note(std::string(101, 'n'), "x").error().code, Errc::invalid);
  EXPECT_EQ(index_->find_note("").value(), std::nullopt);
  EXPECT_EQ(index_->find_note(std::string(101, 'n')).value(), std::nullopt);

  ASSERT_TRUE(index_->put_note(std::string(100, 'n'), "x").ok());
  EXPECT_EQ(index_->find_note(std::string(100, 'n')).value(), "x");
}

INSTANTIATE_TEST_SUITE_P(Every, IndexQueues, every_index_kind(), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, IndexLinks, every_index_kind(), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, IndexPins, every_index_kind(), name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, IndexNotes, every_index_kind(), name_of_kind);

}  // namespace
}  // namespace larder::cache
