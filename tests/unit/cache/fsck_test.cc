// A whole cache on a real disk, damaged, checked and repaired. What each damage is called, and what
// is done about it, is in fsck_pass_test.cc.
#include "cache/fsck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "cache/blob_files.h"
#include "cache/directory_lock.h"
#include "cache/lmdb_index.h"
#include "cache/posix_files.h"
#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

namespace fs = std::filesystem;
using larder::testing::digest_of_text;
using larder::testing::FakeClock;
using larder::testing::index_reader;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// False when we may not; the mount ends with the thread.
bool mount_read_only_for_this_thread(const fs::path& path) {
  const char* const name = path.c_str();
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount(name, name, nullptr, MS_BIND, nullptr) == 0 &&
         ::mount(nullptr, name, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0 &&
         ::access(name, W_OK) != 0;
}

class Fsck : public ::testing::Test {
 protected:
  Fsck() { fill(); }

  static FsckOptions at(const fs::path& directory, bool repair) {
    return {.directory = directory, .index_reader = index_reader(), .repair = repair};
  }
  CheckReport check(bool repair) {
    Result<CheckReport> report = fsck(at(cache_, repair), clock_);
    EXPECT_TRUE(report.ok());
    return *std::move(report);
  }

  // Two blobs, a document, a tag.
  void fill() {
    CHECK(BlobFiles::open(files_, cache_).ok());
    const auto index = open_index();
    for (const std::string bytes : {"first", "second"}) {
      put_file(bytes);
      CHECK(index->put_blob(digest_of_text(bytes), {bytes.size(), "", {}}, std::nullopt).ok());
    }
    put_file("document");
    CHECK(index->put_blob(document_, {8, "a/type", {}}, Document{"a/type", "document"}).ok());
    CHECK(index->put_tag(tag_, {document_, "a/type", 8, {}, {}}).ok());
  }

  std::unique_ptr<LmdbIndex> open_index() {
    return LmdbIndex::open({.directory = index_directory_}).value();
  }
  fs::path path_of(const std::string& bytes) {
    const std::string hex = digest_of_text(bytes).hex();
    return cache_ / "blobs/sha256" / hex.substr(0, 2) / hex;
  }
  void put_file(const std::string& bytes) { write(path_of(bytes), bytes); }
  void write(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  static std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Every path with who may use it, its bytes and time of change.
  auto everything() const {
    std::map<fs::path, std::tuple<fs::perms, fs::file_time_type, std::string>> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(cache_)) {
      const std::string bytes = entry.is_regular_file() ? read(entry.path()) : "";
      found.emplace(entry.path(),
                    std::tuple(entry.status().permissions(), entry.last_write_time(), bytes));
    }
    return found;
  }

  // One of each kind, and a partial file without use.
  void damage_everything() {
    const auto index = open_index();
    put_file("orphan");
    write(path_of("bad orphan"), "bytes of nothing");
    fs::remove(path_of("first"));
    write(path_of("second"), "SECOND");
    write(path_of("document"), "docu");
    write(cache_ / "blobs/sha256/00/x", "stray");
    write(cache_ / ("partial/sha256-" + digest_of_text("x").hex() + ".document"), "half");
    CHECK(index->put_tag({"docker.io", "a", "b"}, {digest_of_text("gone"), "", 1, {}, {}}).ok());
  }
  void damage_index() {
    std::fstream file(index_directory_ / "data.mdb", std::ios::in | std::ios::out);
    file.seekp(100);
    file << std::string(20'000, 'x');
  }

  const TempDirectory directory_;
  const fs::path cache_ = directory_.path() / "cache";
  const fs::path index_directory_ = cache_ / "index-v1-lmdb09";
  const Digest document_ = digest_of_text("document");
  const TagName tag_{"docker.io", "library/redis", "7"};
  PosixFiles files_;
  FakeClock clock_;
};

TEST_F(Fsck, FindsNothingWrongWithAGoodCache) {
  const CheckReport report = check(/*repair=*/false);

  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.blobs_checked, 3U);
  EXPECT_EQ(report.bytes_checked, 5U + 6 + 8);
}

TEST_F(Fsck, ChangesNothingUnlessToldTo) {
  damage_everything();
  const auto before = everything();

  const CheckReport report = check(/*repair=*/false);

  EXPECT_EQ(report.unrepaired, 6U);
  EXPECT_EQ(everything(), before);
}

TEST_F(Fsck, ChecksACacheOnAReadOnlyFileSystem) {
  std::optional<CheckReport> report;
  std::jthread([&] {
    if (mount_read_only_for_this_thread(cache_)) report = check(/*repair=*/false);
  }).join();
  if (!report) GTEST_SKIP() << "may not mount";

  EXPECT_THAT(report->findings, IsEmpty());
  EXPECT_EQ(report->error, "");
  EXPECT_EQ(report->blobs_checked, 3U);
}

TEST_F(Fsck, RepairsEverythingButStrayFiles) {
  damage_everything();

  const CheckReport first = check(/*repair=*/true);
  const CheckReport second = check(/*repair=*/true);

  EXPECT_EQ(first.findings_total(), 8U);
  EXPECT_EQ(first.unrepaired, 0U);
  EXPECT_EQ(second.findings_total(), 1U);
  EXPECT_EQ(second.findings.at(0).name, "blobs/sha256/00/x");
}

TEST_F(Fsck, LeavesWhatIsGoodAfterARepair) {
  damage_everything();
  check(/*repair=*/true);

  const auto index = open_index();

  EXPECT_EQ(index->find_blob(digest_of_text("orphan")).value()->size_bytes, 6U);
  EXPECT_EQ(index->find_blob(document_).value()->size_bytes, 8U);
  EXPECT_TRUE(index->find_tag(tag_).value().has_value());
  EXPECT_EQ(fs::file_size(path_of("document")), 8U);
  EXPECT_EQ(index->totals().value().blobs, 2U);
}

TEST_F(Fsck, TellsOfADamagedIndexInPlainWords) {
  damage_index();
  const auto before = everything();

  const CheckReport report = check(/*repair=*/false);

  EXPECT_EQ(report.findings.at(0).name, "index");
  EXPECT_EQ(report.findings_total(), 1U);
  EXPECT_EQ(report.blobs_checked, 3U);
  EXPECT_EQ(everything(), before);
}

TEST_F(Fsck, MakesADamagedIndexAgainFromTheFiles) {
  damage_index();

  const CheckReport report = check(/*repair=*/true);

  EXPECT_THAT(report.findings.at(0).detail, HasSubstr("made again from the files"));
  EXPECT_EQ(report.unrepaired, 0U);
  EXPECT_EQ(open_index()->totals().value().blobs, 3U);
  EXPECT_THAT(check(/*repair=*/true).findings, IsEmpty());
}

TEST_F(Fsck, MakesAMissingIndexAgain) {
  fs::remove_all(index_directory_);

  EXPECT_EQ(check(/*repair=*/false).findings.at(0).detail, "it is missing");
  EXPECT_EQ(check(/*repair=*/true).unrepaired, 0U);
  EXPECT_EQ(open_index()->totals().value().blobs, 3U);
}

TEST_F(Fsck, FindsADamagedCopyOfADocumentInTheIndex) {
  const Document wrong{"a/type", "DOCUMENT"};
  ASSERT_TRUE(open_index()->put_blob(document_, {8, "a/type", {}}, wrong).ok());

  EXPECT_EQ(check(/*repair=*/false).findings.at(0).detail, "the index's copy is damaged");
  EXPECT_EQ(check(/*repair=*/true).unrepaired, 0U);
  EXPECT_EQ(open_index()->find_document(document_).value()->bytes, "document");
}

TEST_F(Fsck, IsRefusedWhileTheCacheIsInUse) {
  const auto lock = DirectoryLock::take(cache_);
  ASSERT_TRUE(lock.ok());

  EXPECT_EQ(fsck(at(cache_, /*repair=*/false), clock_).error().code, Errc::busy);
  EXPECT_EQ(fsck(at(cache_, /*repair=*/true), clock_).error().code, Errc::busy);
}

TEST_F(Fsck, MakesNoCacheWhereThereIsNone) {
  const fs::path empty = directory_.path() / "empty";

  const auto report = fsck(at(empty, /*repair=*/true), clock_);

  EXPECT_EQ(report.error().code, Errc::not_found);
  EXPECT_THAT(report.error().context, HasSubstr("holds no cache"));
  EXPECT_FALSE(fs::exists(empty));
}

TEST_F(Fsck, FindsNothingInACacheThatHasNeverBeenFilled) {
  const fs::path fresh = directory_.path() / "fresh";
  ASSERT_TRUE(BlobFiles::open(files_, fresh).ok());

  EXPECT_THAT(fsck(at(fresh, /*repair=*/false), clock_).value().findings, IsEmpty());
  EXPECT_THAT(fsck(at(fresh, /*repair=*/true), clock_).value().findings, IsEmpty());
}

TEST_F(Fsck, TellsHowFarItIs) {
  std::vector<std::uint64_t> bytes;

  ASSERT_TRUE(fsck({.directory = cache_,
                    .index_reader = index_reader(),
                    .progress = [&](const CheckReport& r) { bytes.push_back(r.bytes_checked); }},
                   clock_)
                  .ok());

  EXPECT_EQ(bytes.size(), 4U);  // a piece each, and the end
  EXPECT_EQ(bytes.back(), 19U);
}

}  // namespace
}  // namespace larder::cache
