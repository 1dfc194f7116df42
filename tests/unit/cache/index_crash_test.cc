// A process that writes to the index and is killed at any instant leaves one that agrees with
// itself; and one that runs out of disk goes on when there is room again.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/lmdb_index.h"
#include "cache/lmdb_reading.h"
#include "tests/support/index_oracle.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::answers_are_never_wrong;
using larder::testing::digest_of_number;
using larder::testing::index_reader;
using larder::testing::record_of_number;
using larder::testing::TempDirectory;
using larder::testing::text_of_number;

constexpr int kNumbers = 300;

// One write of any kind about any numbers.
Status write_anything(Index& index, std::mt19937& random) {
  const auto any = [&random](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  const int number = any(kNumbers);
  const Digest digest = digest_of_number(number);
  std::vector<Digest> some;
  for (int i = any(20); i >= 0; --i) some.push_back(digest_of_number(any(kNumbers)));
  std::vector<std::pair<Digest, BlobRecord>> blobs;
  for (int i = any(50); i >= 0; --i) {
    const int found = any(kNumbers);
    blobs.emplace_back(digest_of_number(found), record_of_number(found));
  }
  switch (any(8)) {
    case 0:
      return index.put_blob(digest, record_of_number(number),
                            Document{"type/document", text_of_number(number)});
    case 1:
      return index.add_blobs(blobs);
    case 2:
      return index.remove_blobs(some);
    case 3: {
      std::vector<Requeue> moves;
      for (const Digest& moved : some) moves.push_back({moved, static_cast<Queue>(1 + any(2)), 1});
      return index.requeue(moves);
    }
    case 4:
      return index.put_children(digest, some);
    case 5:
      return index.put_pin(digest, {"pinned " + std::to_string(any(9)), WallTime()});
    case 6:
      return index.put_tag(larder::testing::tag_name_of_number(number),
                           larder::testing::tag_of_number(number));
    default:
      return index.remove_tag(larder::testing::tag_name_of_number(number));
  }
}

class IndexCrash : public ::testing::Test {
 protected:
  std::unique_ptr<LmdbIndex> open() { return LmdbIndex::open(options_).value(); }

  [[noreturn]] void write_until_killed(unsigned seed) {
    const auto index = open();
    std::mt19937 random(seed);
    while (write_anything(*index, random)) {
    }
    ::_exit(1);
  }
  // In a child, which may not be where the test is when it fails.
  template <class F>
  static int status_of_child(F run) {
    const pid_t child = ::fork();
    if (child == 0) run();
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }

  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path() / "index", .map_bytes = 16 << 20};
};

TEST_F(IndexCrash, AtAnyInstantLeavesAnIndexThatAgreesWithItself) {
  std::mt19937 random(3);
  for (unsigned round = 0; round < 30; ++round) {
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(round);
    const std::chrono::microseconds alive(std::uniform_int_distribution<int>(0, 60'000)(random));
    std::this_thread::sleep_for(alive);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it writes until it is killed";

    { const auto index = open(); }
    const Status read =
        IndexReading::start(index_reader(), options_, IndexReading::Access::alone)->wait();
    ASSERT_TRUE(read.ok()) << describe(read.error()) << ", round " << round;
    ASSERT_TRUE(answers_are_never_wrong(*open(), kNumbers)) << "round " << round;
  }
}

// RLIMIT_FSIZE stands for the full disk: like one, it cuts the first write that does not fit.
[[noreturn]] void fill_a_small_disk(const LmdbIndexOptions& options) {
  ::signal(SIGXFSZ, SIG_IGN);
  const auto index = LmdbIndex::open(options).value();
  const rlimit limit{256 << 10, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  Status done;
  int number = 0;
  while (done && number < 20'000) {
    std::vector<std::pair<Digest, BlobRecord>> blobs;
    for (int i = 0; i < 50; ++i, ++number) {
      blobs.emplace_back(digest_of_number(number), record_of_number(number));
    }
    done = index->add_blobs(blobs);
  }
  if (done) ::_exit(1);
  if (done.error().code != Errc::no_space && done.error().code != Errc::io) ::_exit(2);
  if (index->totals()->blobs != static_cast<std::uint64_t>(number) - 50) ::_exit(3);

  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &none);
  const bool goes_on = index->put_note("after", "it").ok() && index->find_note("after").ok();
  ::_exit(goes_on ? 0 : 4);
}

TEST_F(IndexCrash, OfTheDiskLeavesAnIndexThatGoesOn) {
  const int status = status_of_child([this] { fill_a_small_disk(options_); });

  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(open()->find_note("after").value(), "it");
  EXPECT_TRUE(
      IndexReading::start(index_reader(), options_, IndexReading::Access::alone)->wait().ok());
}

}  // namespace
}  // namespace larder::cache
