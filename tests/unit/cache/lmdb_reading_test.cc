// What the process finds that reads a whole index: which damage, and what is none; and what becomes
// of one that does not come to its end.
#include "cache/lmdb_reading.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>

#include "cache/index_rows.h"
#include "cache/lmdb_blobs.h"
#include "cache/lmdb_environment.h"
#include "tests/support/bytes.h"
#include "tests/support/index_files.h"
#include "tests/support/index_oracle.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_number;
using larder::testing::fill_with_numbers;
using larder::testing::index_reader;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;

class IndexReadingTest : public ::testing::Test {
 protected:
  void fill() { ASSERT_TRUE(fill_with_numbers(*LmdbIndex::open(options_).value(), 100).ok()); }
  // One change to the rows that keeps every single one of them good.
  template <class Change>
  void change(Change rows) {
    ASSERT_TRUE(LmdbEnvironment::open(options_).value()->write(rows).ok());
  }
  Status read() {
    return IndexReading::start(index_reader(), options_, IndexReading::Access::alone)
        .value()
        .wait();
  }

  // By a reader that does this instead of reading.
  Status read_by_shell(const std::string& command) {
    return IndexReading::start({"/bin/sh", "-c", command}, options_, IndexReading::Access::alone)
        .value()
        .wait();
  }

  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path(), .map_bytes = 4 << 20};
};

TEST_F(IndexReadingTest, FindsNothingWrongWithAGoodIndex) {
  fill();

  EXPECT_TRUE(read().ok());
}

TEST_F(IndexReadingTest, FindsNothingWrongBesideAWriter) {
  fill();
  const auto index = LmdbIndex::open(options_).value();

  IndexReading reading =
      IndexReading::start(index_reader(), options_, IndexReading::Access::beside_us).value();
  std::optional<Status> ended;
  for (int i = 0; !ended; ++i) {
    ASSERT_TRUE(index->put_note("number", std::to_string(i)).ok());
    ended = reading.poll();
  }

  EXPECT_TRUE(ended->ok());
}

TEST_F(IndexReadingTest, LeavesNothingBehindInTheDirectoryOfACopy) {
  fill();
  std::filesystem::remove(directory_.path() / "lock.mdb");

  EXPECT_TRUE(read().ok());

  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "lock.mdb"));
}

TEST_F(IndexReadingTest, SurvivesWhatKillsItsReader) {
  fill();
  const auto size = std::filesystem::file_size(directory_.path() / "data.mdb");
  larder::testing::write_over(directory_.path() / "data.mdb", 2 * 4096,
                              std::string(size - 2 * 4096, '\x7f'));

  EXPECT_EQ(read().error().code, Errc::corrupt);
}

TEST_F(IndexReadingTest, FindsATruncatedFile) {
  fill();
  std::filesystem::resize_file(directory_.path() / "data.mdb", 3 * 4096);

  EXPECT_EQ(read().error().code, Errc::corrupt);
}

TEST_F(IndexReadingTest, FindsADamagedRow) {
  fill();
  larder::testing::damage(directory_.path() / "data.mdb", "type/tag", "type/bag");

  const Status found = read();

  EXPECT_EQ(found.error().code, Errc::corrupt);
  EXPECT_THAT(found.error().context, HasSubstr("a damaged tag row"));
  EXPECT_THAT(found.error().context, HasSubstr(directory_.path().string()));
}

TEST_F(IndexReadingTest, FindsATotalThatIsWrong) {
  fill();
  change([](WriteTransaction& txn) {
    TotalsRow totals = read_totals(txn).value();
    ++totals.totals.blob_bytes;
    return put_row(txn, RowKey(RowKind::totals), totals);
  });

  EXPECT_THAT(read().error().context, HasSubstr("totals do not match"));
}

TEST_F(IndexReadingTest, FindsABlobInNoQueue) {
  fill();
  change([](WriteTransaction& txn) { return txn.remove(place_key(Queue::probation, 1).bytes()); });

  EXPECT_THAT(read().error().context, HasSubstr("blobs without a place"));
}

TEST_F(IndexReadingTest, FindsAPlaceWithoutItsBlob) {
  fill();
  change([](WriteTransaction& txn) {
    const RowKey first = place_key(Queue::probation, 1);
    const Digest digest = find_row(txn, first, decode_place).value().value();
    if (Status done = txn.remove(first.bytes()); !done) return done;
    return put_row(txn, place_key(Queue::main, 1), digest);
  });

  EXPECT_THAT(read().error().context, HasSubstr("a place in a queue without its blob"));
}

TEST_F(IndexReadingTest, FindsAPlaceNotYetGiven) {
  fill();
  change([](WriteTransaction& txn) {
    TotalsRow totals = read_totals(txn).value();
    totals.next_position = 50;
    return put_row(txn, RowKey(RowKind::totals), totals);
  });

  EXPECT_THAT(read().error().context, HasSubstr("a place not yet given"));
}

TEST_F(IndexReadingTest, FindsAChildThatDoesNotKnowItsParent) {
  fill();
  change([](WriteTransaction& txn) {
    return txn.remove(parent_key(digest_of_number(1), digest_of_number(0)).bytes());
  });

  EXPECT_THAT(read().error().context, HasSubstr("do not know their parent"));
}

TEST_F(IndexReadingTest, FindsAParentThatDoesNotKnowItsChild) {
  fill();
  change([](WriteTransaction& txn) {
    const RowKey key = parent_key(digest_of_number(9), digest_of_number(0));
    return txn.put(key.bytes(), encode_parent(key.bytes()));
  });

  EXPECT_THAT(read().error().context, HasSubstr("a child its parent does not know"));
}

TEST_F(IndexReadingTest, FindsADocumentWithoutItsBlob) {
  fill();
  change([](WriteTransaction& txn) {
    return put_row(txn, RowKey(RowKind::document, larder::testing::digest_of_text("none")),
                   Document{});
  });

  EXPECT_THAT(read().error().context, HasSubstr("a document without its blob"));
}

TEST_F(IndexReadingTest, FindsARowOfAnUnknownKind) {
  fill();
  change([](WriteTransaction& txn) { return txn.put(larder::testing::bytes_of("\x7f"), "row"); });

  EXPECT_THAT(read().error().context, HasSubstr("unknown kind"));
}

TEST_F(IndexReadingTest, EndsItsReaderWithItself) {
  fill();

  {
    const IndexReading reading =
        IndexReading::start(index_reader(), options_, IndexReading::Access::alone).value();
  }

  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no process is left";
}

TEST_F(IndexReadingTest, BlamesTheIndexForAReaderThatWorksOnAndOn) {
  EXPECT_EQ(read_by_shell("kill -XCPU $$").error().code, Errc::corrupt);
}

TEST_F(IndexReadingTest, DoesNotBlameTheIndexForAReaderThatSomebodyEnds) {
  for (const std::string signal : {"KILL", "TERM", "INT", "HUP", "ALRM"}) {
    EXPECT_EQ(read_by_shell("kill -" + signal + " $$").error().code, Errc::io) << signal;
  }
}

TEST_F(IndexReadingTest, DoesNotTakeSilenceForAnAnswer) {
  EXPECT_EQ(read_by_shell("exit 0").error().code, Errc::io);
  EXPECT_EQ(read_by_shell("echo hello").error().code, Errc::io);
}

TEST_F(IndexReadingTest, SaysWhichProgramCannotBeStarted) {
  const auto reading =
      IndexReading::start({"/no/such/program"}, options_, IndexReading::Access::alone);

  EXPECT_EQ(reading.error().code, Errc::io);
  EXPECT_THAT(reading.error().context, HasSubstr("/no/such/program: No such file"));
}

TEST_F(IndexReadingTest, StopsWaitingWhenToldTo) {
  IndexReading reading = IndexReading::start({"/bin/sh", "-c", "exec sleep 1000"}, options_,
                                             IndexReading::Access::alone)
                             .value();
  std::stop_source stop;
  std::jthread stopping([&stop] { stop.request_stop(); });

  EXPECT_EQ(reading.wait(stop.get_token()).error().code, Errc::cancelled);

  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no process is left";
}

TEST_F(IndexReadingTest, GivesItsReaderNoDescriptorOfOurs) {
  UniqueFd inheritable(::open("/dev/null", O_RDONLY));
  const std::string path = "/proc/self/fd/" + std::to_string(inheritable.get());

  EXPECT_EQ(read_by_shell("test -e " + path + " || printf good").ok(), true);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(IndexReadingTest, LeavesItsReaderNoSignalBlocked) {
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, nullptr);

  const Status ended = read_by_shell("kill -TERM $$; printf good");

  ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  EXPECT_FALSE(ended.ok());
}

}  // namespace
}  // namespace larder::cache
