// What lies beyond the Index contract (contract/index_contract_test.cc): time and damage.
#include "cache/lmdb_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "cache/index_rows.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;

const TagName kName{"docker.io", "library/busybox", "latest"};
const TagRecord kTag{digest_of_text("{}"), "type/x", 2, WallTime(), WallTime()};
const BlobRecord kBlob{2, "type/blob", WallTime()};
const Document kDocument{"type/document", "{}"};

class LmdbIndexTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LmdbIndex>> open() { return LmdbIndex::open(options_); }

  void put_one_of_each() {
    const auto index = open().value();
    ASSERT_TRUE(index->put_blob(digest_of_text("{}"), kBlob, kDocument).ok());
    ASSERT_TRUE(index->put_tag(kName, kTag).ok());
  }

  // Replaces `from` by as many other bytes, wherever the closed index holds it.
  void damage(const std::string& from, const std::string& to) {
    ASSERT_EQ(from.size(), to.size());
    const std::filesystem::path path = options_.directory / "data.mdb";
    std::stringstream read;
    read << std::ifstream(path, std::ios::binary).rdbuf();
    std::string bytes = read.str();
    ASSERT_NE(bytes.find(from), std::string::npos);
    for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at)) {
      bytes.replace(at, from.size(), to);
    }
    std::ofstream(path, std::ios::binary) << bytes;
  }
  void make_future(const std::string& row) { damage(row, "\x02" + row.substr(1)); }

  TempDirectory directory_;
  LmdbIndexOptions options_{.directory = directory_.path() / "index", .map_bytes = 1 << 20};
};

TEST_F(LmdbIndexTest, RemembersEverythingAcrossReopening) {
  put_one_of_each();

  const auto index = open().value();

  EXPECT_EQ(index->find_blob(digest_of_text("{}")).value(), kBlob);
  EXPECT_EQ(index->find_document(digest_of_text("{}")).value(), kDocument);
  EXPECT_EQ(index->find_tag(kName).value(), kTag);
  EXPECT_EQ(index->totals().value(), (IndexTotals{1, 2, 1}));
}

TEST_F(LmdbIndexTest, IsBusyWhileAnotherHoldsTheDirectory) {
  const auto first = open().value();

  EXPECT_EQ(open().error().code, Errc::busy);
}

TEST_F(LmdbIndexTest, RefusesAnotherSchema) {
  put_one_of_each();
  damage(encode_schema(kSchemaVersion), encode_schema(kSchemaVersion + 1));

  const auto opened = open();

  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().context, HasSubstr("schema 2, this Larder reads 1"));
}

TEST_F(LmdbIndexTest, RefusesABlobOfAFutureVersion) {
  put_one_of_each();

  make_future(encode(kBlob));

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, RefusesATagOfAFutureVersion) {
  put_one_of_each();

  make_future(encode(kName, kTag));

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, RefusesTotalsOfAFutureVersion) {
  put_one_of_each();

  make_future(encode(IndexTotals{1, 2, 1}));

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, RefusesTotalsThatDoNotMatchTheRows) {
  put_one_of_each();
  damage(encode(IndexTotals{1, 2, 1}), encode(IndexTotals{1, 3, 1}));

  const auto opened = open();

  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().context, HasSubstr("totals do not match"));
}

TEST_F(LmdbIndexTest, CanBeMovedAsideWhenRefused) {
  put_one_of_each();
  make_future(encode(kBlob));
  ASSERT_FALSE(open().ok());

  std::filesystem::rename(options_.directory, directory_.path() / "aside");
  const auto fresh = open();

  EXPECT_EQ(fresh.value()->totals().value(), IndexTotals{});
}

TEST_F(LmdbIndexTest, SaysCorruptForADocumentOfAFutureVersion) {
  put_one_of_each();
  make_future(encode(kDocument));

  const auto index = open().value();

  EXPECT_EQ(index->find_document(digest_of_text("{}")).error().code, Errc::corrupt);
  EXPECT_EQ(index->find_blob(digest_of_text("{}")).value(), kBlob);
}

TEST_F(LmdbIndexTest, IsCorruptWhenCutShort) {
  put_one_of_each();

  std::filesystem::resize_file(options_.directory / "data.mdb", 2 * 4096);

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, IsCorruptWhenReadingItWouldKillTheReader) {
  put_one_of_each();

  // Every page but the two that describe the file: page numbers and offsets point nowhere.
  const auto path = options_.directory / "data.mdb";
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(2 * 4096);
  file << std::string(size - 2 * 4096, '\x7f') << std::flush;

  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, NeverGivesADocumentThatDoesNotMatchItsDigest) {
  put_one_of_each();
  damage(encode(kDocument), encode(Document{"type/document", "[]"}));

  const auto index = open().value();

  EXPECT_EQ(index->find_document(digest_of_text("{}")).error().code, Errc::corrupt);
}

TEST_F(LmdbIndexTest, SaysNoSpaceWhenFullAndKeepsServing) {
  options_.map_bytes = 128 << 10;
  put_one_of_each();
  const std::string big(100 << 10, 'b');

  const auto index = open().value();
  const Status full = index->put_blob(digest_of_text(big), kBlob, Document{"type/x", big});

  EXPECT_EQ(full.error().code, Errc::no_space);
  EXPECT_EQ(index->find_blob(digest_of_text(big)).value(), std::nullopt);
  EXPECT_EQ(index->find_document(digest_of_text("{}")).value(), kDocument);
  EXPECT_EQ(index->totals()->blobs, 1);
}

}  // namespace
}  // namespace larder::cache
