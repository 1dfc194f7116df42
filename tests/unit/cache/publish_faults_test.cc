// Every step on the way of a blob to its place, failing, or the last one before a kill or a power
// loss: the reader gets right bytes or an error, the next start has the whole blob or none, and no
// byte of the budget is lost.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cache/disk_bytes.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::FileCall;
using testing::pattern_bytes;
using testing::read_range;
using testing::sha256_of;
using testing::StoreFixture;

const std::string kBytes = pattern_bytes(200);
const Digest kPublished = sha256_of(kBytes);

// Many small chunks, so that a chunk map is written as well; one fetch, so that each run is the
// same.
constexpr FlightLimits kSmallChunks{.chunk_bytes = 16,
                                    .segment_bytes = 16,
                                    .steer_distance_bytes = 1 << 20,
                                    .hold_back_bytes = 8,
                                    .fetch_count = {.fetches_max = 1}};

class PublishFaults : public StoreFixture {
 protected:
  PublishFaults() { restart(); }

  // As after a clean stop, a kill or a power loss. Index and files are made to agree.
  void restart() {
    make_store({}, kSmallChunks);
    files_.count([](std::string_view name) { return !name.ends_with(".chunks"); });
    ASSERT_TRUE(store_->reconcile({}).ok());
  }

  // The blob as a client gets it, with a source to fetch it from.
  Result<std::string> read_blob() {
    auto reader = store_->open_blob(kPublished, [] {
      return std::vector<std::shared_ptr<Source>>{source(kBytes, {.piece_bytes = 40})};
    });
    if (!reader.ok()) return reader.error();
    auto bytes = read_range(**reader, 0);
    reader->reset();
    executor_->wait();
    return bytes;
  }

  // The blob as it lies on disk; empty when it does not.
  std::string cached() {
    const auto reader = store_->open_cached_blob(kPublished);
    return reader == nullptr ? "" : read_range(*reader, 0).value();
  }

  void expect_whole_or_none_from_now_on() {
    EXPECT_TRUE(cached().empty() || cached() == kBytes);
    EXPECT_EQ(space_->used_bytes(), files_.disk_bytes());
    EXPECT_EQ(read_blob().value(), kBytes);
    EXPECT_EQ(cached(), kBytes);
    EXPECT_EQ(space_->used_bytes(), disk_bytes(kBytes.size()));
  }
};

struct Fault {
  FileCall call;
  std::size_t nth;
  Errc code;
};

std::string name_of(const ::testing::TestParamInfo<Fault>& info) {
  return std::string(to_string(info.param.call)) + std::to_string(info.param.nth) + "_" +
         std::string(to_string(info.param.code));
}

std::vector<Fault> faults_of(const std::vector<std::pair<FileCall, std::size_t>>& calls) {
  std::vector<Fault> faults;
  for (const auto& [call, times] : calls) {
    for (std::size_t nth = 1; nth <= times; ++nth) {
      faults.push_back({call, nth, Errc::io});
      faults.push_back({call, nth, Errc::no_space});
    }
  }
  return faults;
}

class FaultOfAChange : public PublishFaults, public ::testing::WithParamInterface<Fault> {};

// create: the data, the chunk map; write: both, in turns; sync_directory: the blob's folder, the
// one above, partial/.
INSTANTIATE_TEST_SUITE_P(Each, FaultOfAChange,
                         ::testing::ValuesIn(faults_of({{FileCall::create, 2},
                                                        {FileCall::write, 12},
                                                        {FileCall::sync, 1},
                                                        {FileCall::make_directories, 1},
                                                        {FileCall::rename, 1},
                                                        {FileCall::sync_directory, 3},
                                                        {FileCall::make_read_only, 1},
                                                        {FileCall::remove, 2}})),
                         name_of);

TEST_P(FaultOfAChange, DoesNotFailTheReader) {
  files_.fail(GetParam().call, GetParam().code, GetParam().nth);

  EXPECT_EQ(read_blob().value(), kBytes);

  EXPECT_EQ(space_->used_bytes(), files_.disk_bytes());
  EXPECT_EQ(store_->flights(), 0u);
}

TEST_P(FaultOfAChange, LeavesAWholeBlobOrNone) {
  files_.fail(GetParam().call, GetParam().code, GetParam().nth);
  (void)read_blob();
  files_.mend();

  restart();

  expect_whole_or_none_from_now_on();
}

TEST_P(FaultOfAChange, LeavesAWholeBlobOrNoneAfterAPowerLoss) {
  files_.fail(GetParam().call, GetParam().code, GetParam().nth);
  (void)read_blob();
  close_store();
  files_.lose_power_partly();

  restart();

  expect_whole_or_none_from_now_on();
}

class FaultOfARead : public PublishFaults, public ::testing::WithParamInterface<Fault> {};

// open_read: the look-up; read: the reader's, and the read-back for the index; size: the latter's.
INSTANTIATE_TEST_SUITE_P(Each, FaultOfARead,
                         ::testing::ValuesIn(faults_of({{FileCall::open_read, 2},
                                                        {FileCall::read, 8},
                                                        {FileCall::size, 1},
                                                        {FileCall::space, 2}})),
                         name_of);

TEST_P(FaultOfARead, GivesTheReaderRightBytesOrAnError) {
  files_.fail(GetParam().call, GetParam().code, GetParam().nth);

  const auto bytes = read_blob();

  EXPECT_TRUE(!bytes.ok() || *bytes == kBytes);
  files_.mend();
  expect_whole_or_none_from_now_on();
}

// The number of changes on the way of the blob, from the first to the last.
constexpr std::size_t kChanges = 27;

class Interrupted : public PublishFaults, public ::testing::WithParamInterface<std::size_t> {
 protected:
  // Returns: whether the blob was published.
  bool die_on_the_way() {
    files_.die_after(GetParam());
    const auto bytes = read_blob();
    EXPECT_TRUE(!bytes.ok() || *bytes == kBytes);
    close_store();
    return observer_.published > 0;
  }
};

INSTANTIATE_TEST_SUITE_P(After, Interrupted, ::testing::Range(std::size_t{0}, kChanges + 1));

TEST_P(Interrupted, ByAKillItIsWholeOrNotThere) {
  const bool published = die_on_the_way();
  files_.mend();

  restart();

  EXPECT_TRUE(!published || cached() == kBytes);
  expect_whole_or_none_from_now_on();
}

TEST_P(Interrupted, ByAPowerLossItIsWholeOrNotThere) {
  const bool published = die_on_the_way();
  files_.lose_power();

  restart();

  EXPECT_TRUE(!published || cached() == kBytes);
  expect_whole_or_none_from_now_on();
}

TEST_P(Interrupted, ByAPowerLossThatKeepsSomeOfTheRestItIsWholeOrNotThere) {
  const bool published = die_on_the_way();
  files_.lose_power_partly();

  restart();

  EXPECT_TRUE(!published || cached() == kBytes);
  expect_whole_or_none_from_now_on();
}

TEST_F(PublishFaults, InterruptEveryChangeThereIs) {
  const std::size_t before = files_.changes();

  ASSERT_EQ(read_blob().value(), kBytes);

  EXPECT_EQ(files_.changes() - before, kChanges);
}

}  // namespace
}  // namespace larder::cache
