// LMDB's own bad days: held, damaged, cut short, full. Rows are plain text here.
#include "cache/lmdb_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

namespace fs = std::filesystem;
using larder::testing::bytes_of;
using larder::testing::TempDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LmdbEnvironmentTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LmdbEnvironment>> open() { return LmdbEnvironment::open(options_); }

  static Status put(LmdbEnvironment& environment, std::string_view key, std::string_view row) {
    return environment.write([&](WriteTransaction& txn) { return txn.put(bytes_of(key), row); });
  }
  static Status remove(LmdbEnvironment& environment, std::string_view key) {
    return environment.write([&](WriteTransaction& txn) { return txn.remove(bytes_of(key)); });
  }
  static std::string get(const LmdbEnvironment& environment, std::string_view key) {
    const Result<ReadTransaction> txn = environment.begin_read();
    const std::optional<Bytes> row = txn->get(bytes_of(key)).value();
    return row ? std::string(reinterpret_cast<const char*>(row->data()), row->size()) : "(none)";
  }
  // Puts rows until one does not fit. Returns: how many did, and why the last did not.
  static std::pair<int, Error> fill(LmdbEnvironment& environment) {
    for (int rows = 0;; ++rows) {
      const Status done = put(environment, "row" + std::to_string(rows), std::string(30000, 'r'));
      if (!done) return {rows, done.error()};
    }
  }

  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path() / "index", .map_bytes = 1 << 20};
};

TEST_F(LmdbEnvironmentTest, MakesItsDirectoryForItselfAlone) {
  ASSERT_TRUE(open().ok());

  EXPECT_EQ(fs::status(options_.directory).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(options_.directory / "data.mdb").permissions(), fs::perms(0600));
}

TEST_F(LmdbEnvironmentTest, KeepsRowsAcrossReopening) {
  ASSERT_TRUE(put(**open(), "key", "row").ok());

  EXPECT_EQ(get(**open(), "key"), "row");
}

TEST_F(LmdbEnvironmentTest, UndoesAWriteThatFails) {
  const auto environment = open().value();

  const Status done = environment->write([](WriteTransaction& txn) -> Status {
    EXPECT_TRUE(txn.put(bytes_of("key"), "row").ok());
    return Error{Errc::cancelled, "no"};
  });

  EXPECT_EQ(done.error().code, Errc::cancelled);
  EXPECT_EQ(get(*environment, "key"), "(none)");
}

TEST_F(LmdbEnvironmentTest, VisitsTheRowsOfOnePrefixInOrder) {
  const auto environment = open().value();
  for (const char* key : {"a1", "b2", "b1", "c1", "b"}) {
    ASSERT_TRUE(put(*environment, key, "row").ok());
  }

  std::vector<std::string> keys;
  const Status done =
      environment->begin_read()->for_each(bytes_of("b"), [&keys](Bytes key, Bytes) -> Result<bool> {
        keys.emplace_back(reinterpret_cast<const char*>(key.data()), key.size());
        return true;
      });

  EXPECT_TRUE(done.ok());
  EXPECT_THAT(keys, ElementsAre("b", "b1", "b2"));
}

TEST_F(LmdbEnvironmentTest, VisitsTheRowsOfOnePrefixFromAKeyOn) {
  const auto environment = open().value();
  for (const char* key : {"a1", "b1", "b3", "c1"}) {
    ASSERT_TRUE(put(*environment, key, "row").ok());
  }

  std::vector<std::string> keys;
  const Status done = environment->begin_read()->for_each(
      bytes_of("b"), bytes_of("b2"), [&keys](Bytes key, Bytes) -> Result<bool> {
        keys.emplace_back(reinterpret_cast<const char*>(key.data()), key.size());
        return true;
      });

  EXPECT_TRUE(done.ok());
  EXPECT_THAT(keys, ElementsAre("b3"));
}

TEST_F(LmdbEnvironmentTest, VisitsAllRowsWithoutAPrefix) {
  const auto environment = open().value();
  ASSERT_TRUE(put(*environment, "a", "row").ok());
  ASSERT_TRUE(put(*environment, "b", "row").ok());

  int rows = 0;
  const Status done = environment->begin_read()->for_each({}, [&rows](Bytes, Bytes) {
    ++rows;
    return Result<bool>(true);
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(environment->begin_read()->row_count().value(), 2);
}

TEST_F(LmdbEnvironmentTest, ReadsOneSnapshotWhileAnotherWrites) {
  const auto environment = open().value();
  const ReadTransaction before = environment->begin_read().value();

  ASSERT_TRUE(put(*environment, "key", "row").ok());

  EXPECT_EQ(before.get(bytes_of("key")).value(), std::nullopt);
  EXPECT_EQ(get(*environment, "key"), "row");
}

TEST_F(LmdbEnvironmentTest, IsBusyWhenAllReaderSlotsAreTaken) {
  options_.readers_max = 2;
  const auto environment = open().value();
  const ReadTransaction one = environment->begin_read().value();
  const ReadTransaction two = environment->begin_read().value();

  EXPECT_EQ(environment->begin_read().error().code, Errc::busy);
}

TEST_F(LmdbEnvironmentTest, SaysNoSpaceWhenTheMapIsFullAndStaysReadable) {
  options_.map_bytes = 256 << 10;
  const auto environment = open().value();

  const auto [rows, error] = fill(*environment);

  EXPECT_EQ(error.code, Errc::no_space);
  EXPECT_GT(rows, 0);
  EXPECT_EQ(get(*environment, "row0"), std::string(30000, 'r'));
  EXPECT_EQ(get(*environment, "row" + std::to_string(rows)), "(none)");
}

TEST_F(LmdbEnvironmentTest, TakesRowsAgainWhenFullOnesAreRemoved) {
  options_.map_bytes = 256 << 10;
  const auto environment = open().value();
  fill(*environment);

  ASSERT_TRUE(remove(*environment, "row0").ok());
  ASSERT_TRUE(remove(*environment, "row1").ok());

  EXPECT_TRUE(put(*environment, "new", "row").ok());
  EXPECT_EQ(get(*environment, "new"), "row");
}

TEST_F(LmdbEnvironmentTest, RefusesARowThatIsTooLong) {
  options_.map_bytes = 64 << 20;
  const auto environment = open().value();

  EXPECT_TRUE(put(*environment, "a", std::string(kRowBytesMax, 'r')).ok());
  EXPECT_EQ(put(*environment, "b", std::string(kRowBytesMax + 1, 'r')).error().code, Errc::invalid);

  EXPECT_EQ(get(*environment, "a").size(), kRowBytesMax);
  EXPECT_EQ(get(*environment, "b"), "(none)");
}

TEST_F(LmdbEnvironmentTest, KnowsHowMuchRoomIsLeft) {
  options_.map_bytes = 256 << 10;
  const auto environment = open().value();
  const auto empty = environment->room().value();
  EXPECT_EQ(empty.of, 64);
  EXPECT_GT(empty.pages, 50);

  fill(*environment);
  EXPECT_LT(environment->room()->pages, 16);

  ASSERT_TRUE(remove(*environment, "row0").ok());
  EXPECT_GE(environment->room()->pages, 8) << "removed rows leave pages that can be used again";
}

TEST_F(LmdbEnvironmentTest, DoublesTheMapAtOpenWhenHalfOfItIsUsed) {
  options_.map_bytes = 256 << 10;
  fill(**open());

  const auto environment = open().value();

  EXPECT_EQ(environment->map_bytes(), 512 << 10);
  EXPECT_TRUE(put(*environment, "one more", std::string(30000, 'r')).ok());
}

TEST_F(LmdbEnvironmentTest, CountsCommitsThatChangedSomething) {
  const auto environment = open().value();
  const std::uint64_t before = environment->last_commit();

  ASSERT_TRUE(put(*environment, "key", "row").ok());

  EXPECT_EQ(environment->last_commit(), before + 1);
  EXPECT_EQ(get(*environment, "key"), "row");
  EXPECT_EQ(environment->last_commit(), before + 1);
}

TEST_F(LmdbEnvironmentTest, IsReadBesideAWriter) {
  const auto writer = open().value();
  ASSERT_TRUE(put(*writer, "key", "row").ok());

  // In another process, as one may open it once only.
  EXPECT_EXIT(
      {
        const auto reader =
            LmdbEnvironment::open(options_, LmdbEnvironment::Access::read_only).value();
        ::_exit(get(*reader, "key") == "row" ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST_F(LmdbEnvironmentTest, FreesTheSlotsOfReadersThatDied) {
  options_.readers_max = 1;
  const auto environment = open().value();
  EXPECT_EXIT(
      {
        const auto reader =
            LmdbEnvironment::open(options_, LmdbEnvironment::Access::read_only).value();
        const Result<ReadTransaction> txn = reader->begin_read();
        if (txn) ::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(environment->begin_read().error().code, Errc::busy);

  ASSERT_TRUE(environment->check_readers().ok());

  EXPECT_TRUE(environment->begin_read().ok());
}

TEST_F(LmdbEnvironmentTest, IsCorruptWhenOverwrittenWithGarbage) {
  ASSERT_TRUE(put(**open(), "key", "row").ok());
  const auto size = static_cast<std::size_t>(fs::file_size(options_.directory / "data.mdb"));
  std::ofstream(options_.directory / "data.mdb") << std::string(size, 'g');

  const auto opened = open();

  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().context, HasSubstr(options_.directory.string()));
}

TEST_F(LmdbEnvironmentTest, IsCorruptRatherThanCrashingWhenCutShort) {
  auto environment = open().value();
  const Status filled = environment->write([](WriteTransaction& txn) {
    Status done;
    for (int i = 0; done && i < 500; ++i) {
      done = txn.put(bytes_of("key" + std::to_string(i)), std::string(100, 'r'));
    }
    return done;
  });
  ASSERT_TRUE(filled.ok());
  environment.reset();
  fs::resize_file(options_.directory / "data.mdb", 3 * 4096);

  environment = open().value();

  EXPECT_EQ(environment->begin_read()->get(bytes_of("key1")).error().code, Errc::corrupt);
}

TEST_F(LmdbEnvironmentTest, MakesAnEmptyFileANewIndex) {
  ASSERT_TRUE(open().ok());
  fs::resize_file(options_.directory / "data.mdb", 0);

  EXPECT_TRUE(open().ok());
}

TEST_F(LmdbEnvironmentTest, SaysWhyItsDirectoryCannotBeMade) {
  std::ofstream(options_.directory) << "a file";

  EXPECT_THAT(open().error().context, HasSubstr("mkdir"));
}

}  // namespace
}  // namespace larder::cache
