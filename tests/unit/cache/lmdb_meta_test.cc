#include "cache/lmdb_meta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cache/lmdb_environment.h"
#include "tests/support/bytes.h"
#include "tests/support/index_files.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::TempDirectory;
using larder::testing::write_over;
using ::testing::HasSubstr;

class MetaPages : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto environment =
        LmdbEnvironment::open({.directory = directory_.path(), .map_bytes = 1 << 20}).value();
    ASSERT_TRUE(
        environment->write([](WriteTransaction& txn) { return txn.put(bytes_of("key"), "row"); })
            .ok());
  }

  TempDirectory directory_;
  std::filesystem::path data_ = directory_.path() / "data.mdb";
};

TEST_F(MetaPages, AreGoodAsLmdbWroteThem) {
  EXPECT_TRUE(check_meta_pages(data_).ok());
}

TEST_F(MetaPages, AreGoodWhenThereIsNoFileOrAnEmptyOne) {
  std::filesystem::resize_file(data_, 0);
  EXPECT_TRUE(check_meta_pages(data_).ok());

  std::filesystem::remove(data_);
  EXPECT_TRUE(check_meta_pages(data_).ok());
}

TEST_F(MetaPages, AreCorruptWhenCutShort) {
  std::filesystem::resize_file(data_, 4096 + 100);

  EXPECT_EQ(check_meta_pages(data_).error().code, Errc::corrupt);
}

// What would make LMDB map or read beyond all bounds, by offset in the page, on both pages.
struct BadField {
  const char* name;
  std::size_t offset;
  const char* told;
};
class MetaField : public MetaPages, public ::testing::WithParamInterface<BadField> {};

INSTANTIATE_TEST_SUITE_P(Fields, MetaField,
                         ::testing::Values(BadField{"magic", 16, "not LMDB 0.9"},
                                           BadField{"version", 20, "not LMDB 0.9"},
                                           BadField{"page_size", 40, "page size"},
                                           BadField{"flags_of_free", 44, "flags"},
                                           BadField{"flags_of_rows", 92, "flags"},
                                           BadField{"depth_of_rows", 94, "tree"},
                                           BadField{"root_of_rows", 128, "tree"},
                                           BadField{"last_page", 136, "size"}),
                         [](const auto& test) { return test.param.name; });

TEST_P(MetaField, IsCorruptWhenItCannotBe) {
  for (const std::size_t page : {0, 4096}) {
    const std::string before = larder::testing::bytes_of_file(data_);
    write_over(data_, page + GetParam().offset, "\x77\x77");

    const Status checked = check_meta_pages(data_);

    EXPECT_EQ(checked.error().code, Errc::corrupt) << page;
    EXPECT_THAT(checked.error().context, HasSubstr(GetParam().told));
    write_over(data_, 0, before);
  }
}

}  // namespace
}  // namespace larder::cache
