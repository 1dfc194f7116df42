// An index as schema 1 wrote it, byte by byte, and what becomes of it.
#include "cache/lmdb_migration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/index_keys.h"
#include "cache/lmdb_environment.h"
#include "cache/lmdb_index.h"
#include "cache/lmdb_reading.h"
#include "tests/support/bytes.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::index_reader;
using larder::testing::TempDirectory;
using ::testing::ElementsAre;

// The writer of schema 1: a version, fields, no check.
class OldRow {
 public:
  template <class T>
  OldRow& number(T value) {
    row_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  OldRow& text(const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    row_.append(value);
    return *this;
  }
  OldRow& digest(const Digest& value) {
    number(static_cast<std::uint8_t>(value.algorithm()));
    row_.append(reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size());
    return *this;
  }
  const std::string& str() const { return row_; }

 private:
  std::string row_ = "\x01";
};

std::string old_schema() {
  return OldRow().number(std::uint32_t{1}).str();
}
std::string old_totals(std::uint64_t blobs, std::uint64_t bytes, std::uint64_t tags) {
  return OldRow().number(blobs).number(bytes).number(tags).str();
}
std::string old_blob(std::uint64_t size_bytes, std::int64_t stored_at) {
  return OldRow().number(size_bytes).number(stored_at).text("type/blob").str();
}
std::string old_document(const std::string& bytes) {
  return OldRow().text("type/document").text(bytes).str();
}
std::string old_tag(const Digest& digest, const TagName& name) {
  return OldRow()
      .digest(digest)
      .number(std::uint64_t{2})
      .number(std::int64_t{5})
      .number(std::int64_t{6})
      .text("type/tag")
      .text(name.upstream)
      .text(name.repository)
      .text(name.tag)
      .str();
}

const TagName kOldName{"docker.io", "library/busybox", "latest"};

class Migration : public ::testing::Test {
 protected:
  // Blobs "0", "1" .. of 10 bytes; the higher the number, the longer ago it was stored.
  void write_schema_1(int blobs) {
    const auto environment = LmdbEnvironment::open(options_).value();
    const Status done = environment->write([blobs](WriteTransaction& txn) {
      const auto put = [&txn](const RowKey& key, const std::string& row) {
        ASSERT_TRUE(txn.put(key.bytes(), row).ok());
      };
      put(RowKey(RowKind::schema), old_schema());
      put(RowKey(RowKind::totals), old_totals(static_cast<std::uint64_t>(blobs), 10, 1));
      for (int i = 0; i < blobs; ++i) {
        put(RowKey(RowKind::blob, digest_of_text(std::to_string(i))), old_blob(10, 1'000'000 - i));
      }
      put(RowKey(RowKind::document, digest_of_text("0")), old_document("0"));
      put(key_of(kOldName), old_tag(digest_of_text("0"), kOldName));
      return Status();
    });
    ASSERT_TRUE(done.ok());
  }
  Result<std::unique_ptr<LmdbIndex>> open() { return LmdbIndex::open(options_); }
  Status read_whole() {
    return IndexReading::start(index_reader(), options_, IndexReading::Access::alone)
        .value()
        .wait();
  }
  // Opens it in a child, and kills that after a while. Returns: whether it came to its end.
  bool open_and_be_killed(std::chrono::milliseconds after) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(open().ok() ? 0 : 1);
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status);
  }

  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path(), .map_bytes = 256 << 20};
};

TEST_F(Migration, KeepsBlobsDocumentsAndTags) {
  write_schema_1(3);

  const auto index = open().value();

  const BlobRecord expected{.size_bytes = 10,
                            .media_type = "type/blob",
                            .stored_at = WallTime(std::chrono::nanoseconds(1'000'000))};
  EXPECT_EQ(index->find_blob(digest_of_text("0")).value(), expected);
  EXPECT_EQ(index->find_document(digest_of_text("0")).value(), (Document{"type/document", "0"}));
  EXPECT_EQ(index->find_tag(kOldName).value()->digest, digest_of_text("0"));
  const IndexTotals totals{.blobs = 3,
                           .blob_bytes = 30,
                           .disk_bytes = std::uint64_t{3} * 4096,
                           .probation_bytes = std::uint64_t{3} * 4096,
                           .tags = 1};
  EXPECT_EQ(index->totals().value(), totals);
}

TEST_F(Migration, QueuesBlobsInTheOrderTheyWereStored) {
  write_schema_1(3);

  const auto queue = open().value()->candidates(Queue::probation, 0, 10).value();

  std::vector<Digest> digests;
  for (const Candidate& candidate : queue) digests.push_back(candidate.digest);
  EXPECT_THAT(digests, ElementsAre(digest_of_text("2"), digest_of_text("1"), digest_of_text("0")));
}

TEST_F(Migration, QueuesNewBlobsBehindTheOldOnes) {
  write_schema_1(3);
  const auto index = open().value();

  ASSERT_TRUE(index->put_blob(digest_of_text("new"), {}, std::nullopt).ok());

  const auto queue = index->candidates(Queue::probation, 0, 10).value();
  EXPECT_EQ(queue.back().digest, digest_of_text("new"));
}

TEST_F(Migration, LeavesAnIndexThatAgreesWithItself) {
  write_schema_1(50);
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(open().ok()) << "and is not converted twice";

  EXPECT_TRUE(read_whole().ok());
}

TEST_F(Migration, MakesRoomForBlobsStoredAtTheSameTime) {
  write_schema_1(2);
  {
    const auto environment = LmdbEnvironment::open(options_).value();
    ASSERT_TRUE(environment
                    ->write([](WriteTransaction& txn) {
                      const RowKey key(RowKind::blob, digest_of_text("twin"));
                      return txn.put(key.bytes(), old_blob(10, 1'000'000));
                    })
                    .ok());
  }

  EXPECT_EQ(open().value()->totals()->blobs, 3);
  EXPECT_TRUE(read_whole().ok());
}

TEST_F(Migration, GoesOnWhereItWasKilled) {
  constexpr int kBlobs = 45'000;  // five steps
  write_schema_1(kBlobs);

  int attempts = 0;
  while (attempts < 50 && !open_and_be_killed(std::chrono::milliseconds(25 * attempts))) {
    ++attempts;
  }

  EXPECT_GT(attempts, 1);
  EXPECT_EQ(open().value()->totals()->blobs, kBlobs);
  EXPECT_EQ(open().value()->totals()->tags, 1);
  EXPECT_TRUE(read_whole().ok());
}

TEST_F(Migration, IsReadAsItIsBeforeItHasBegun) {
  write_schema_1(3);

  EXPECT_TRUE(read_whole().ok());
}

TEST_F(Migration, RefusesADamagedOldRow) {
  write_schema_1(3);
  {
    const auto environment = LmdbEnvironment::open(options_).value();
    ASSERT_TRUE(environment
                    ->write([](WriteTransaction& txn) {
                      return txn.put(RowKey(RowKind::blob, digest_of_text("1")).bytes(), "\x01x");
                    })
                    .ok());
  }

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(Migration, RefusesRowsOfNoSchema) {
  {
    const auto environment = LmdbEnvironment::open(options_).value();
    ASSERT_TRUE(environment
                    ->write([](WriteTransaction& txn) {
                      return txn.put(RowKey(RowKind::totals).bytes(), old_totals(0, 0, 0));
                    })
                    .ok());
  }

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

}  // namespace
}  // namespace larder::cache
