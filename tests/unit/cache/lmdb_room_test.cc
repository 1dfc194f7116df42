#include "cache/lmdb_room.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::TempDirectory;

TEST(MapRoom, EndsForDocumentsBeforeItEndsForRecords) {
  const TempDirectory directory;
  const auto environment =
      LmdbEnvironment::open({.directory = directory.path(), .map_bytes = 1 << 20}).value();
  const auto put_pages = [&environment](const std::string& key, std::size_t pages) {
    return environment->write([&](WriteTransaction& txn) {
      return txn.put(bytes_of(key), std::string(pages * 4096 - 100, 'p'));
    });
  };

  EXPECT_EQ(what_fits(*environment).value(), Fits::document);
  ASSERT_TRUE(put_pages("all but an eighth", 224).ok());
  EXPECT_EQ(what_fits(*environment).value(), Fits::record);
  ASSERT_TRUE(put_pages("and more", 12).ok());
  EXPECT_EQ(what_fits(*environment).value(), Fits::nothing);
}

}  // namespace
}  // namespace larder::cache
