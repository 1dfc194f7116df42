// Pages that LMDB would believe. Random damage: index_damage_test.cc.
#include "cache/lmdb_pages.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "cache/lmdb_environment.h"
#include "cache/lmdb_meta.h"
#include "cache/posix_files.h"
#include "tests/support/bytes.h"
#include "tests/support/index_files.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::TempDirectory;
using larder::testing::write_over;
using ::testing::HasSubstr;

constexpr std::size_t kIndexPageBytes = 4096;

class Pages : public ::testing::Test {
 protected:
  // A root with leaves, a value on overflow pages, and pages that were freed.
  void SetUp() override {
    const auto environment =
        LmdbEnvironment::open({.directory = directory_.path(), .map_bytes = 1 << 20}).value();
    for (const char* value : {"first", "second", "third"}) {
      ASSERT_TRUE(environment
                      ->write([value](WriteTransaction& txn) {
                        Status done = txn.put(bytes_of("a long one"), std::string(20'000, 'v'));
                        for (int i = 0; done && i < 300; ++i) {
                          done = txn.put(bytes_of("key" + std::to_string(i)),
                                         value + std::string(60, '.'));
                        }
                        return done;
                      })
                      .ok());
    }
    commit_ = environment->last_commit();
    meta_ = meta_page_of(*PosixFiles().open_read(data_).value(), commit_).value().value();
  }

  Status check() const { return check_pages(data_, commit_); }
  std::size_t root() const { return meta_.rows.root * kIndexPageBytes; }
  std::size_t root_of_free_pages() const { return meta_.free_pages.root * kIndexPageBytes; }
  template <class T>
  static std::string bytes_of_number(T number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
  }
  template <class T>
  T number_at(std::size_t offset) const {
    T number{};
    larder::testing::bytes_of_file(data_).copy(reinterpret_cast<char*>(&number), sizeof number,
                                               offset);
    return number;
  }

  TempDirectory directory_;
  std::filesystem::path data_ = directory_.path() / "data.mdb";
  std::uint64_t commit_ = 0;
  LmdbMetaPage meta_{};
};

TEST_F(Pages, AreSoundAsLmdbWroteThem) {
  ASSERT_EQ(meta_.rows.depth, 2);
  ASSERT_GT(meta_.rows.overflow_pages, 0);
  ASSERT_NE(meta_.free_pages.root, kNoPage);

  EXPECT_TRUE(check().ok());
}

TEST_F(Pages, AreSoundInACompactCopy) {
  const TempDirectory copy;
  {
    const auto environment =
        LmdbEnvironment::open({.directory = directory_.path(), .map_bytes = 1 << 20}).value();
    const int fd = ::open((copy.path() / "data.mdb").c_str(), O_CREAT | O_WRONLY, 0600);
    ASSERT_TRUE(environment->copy_to(fd).ok());
    ::close(fd);
  }
  const auto copied =
      LmdbEnvironment::open({.directory = copy.path(), .map_bytes = 1 << 20}).value();

  EXPECT_TRUE(check_pages(copied->data_file(), copied->last_commit()).ok());
}

TEST_F(Pages, AreBusyWhenTheTransactionIsGone) {
  EXPECT_EQ(check_pages(data_, commit_ - 2).error().code, Errc::busy);
}

// Two bytes of the root page, each wrong in its own way.
struct RootDamage {
  const char* name;
  std::size_t offset;
  std::uint16_t value;
  const char* told;
};
class RootPage : public Pages, public ::testing::WithParamInterface<RootDamage> {};

INSTANTIATE_TEST_SUITE_P(Fields, RootPage,
                         ::testing::Values(RootDamage{"number", 0, 0x7777, "another number"},
                                           RootDamage{"leaf", 10, 2, "another kind"},
                                           RootDamage{"dirty", 10, 0x11, "another kind"},
                                           RootDamage{"lower_odd", 12, 19, "bounds"},
                                           RootDamage{"lower_small", 12, 14, "bounds"},
                                           RootDamage{"lower_large", 12, 5000, "bounds"},
                                           RootDamage{"lower_none", 12, 16, "too few"},
                                           RootDamage{"upper_large", 14, 4098, "bounds"},
                                           RootDamage{"upper_small", 14, 1000, "overlap"},
                                           RootDamage{"pointer_at_end", 16, 4092, "elsewhere"},
                                           RootDamage{"pointer_in_head", 16, 4, "elsewhere"}),
                         [](const auto& test) { return test.param.name; });

TEST_P(RootPage, IsUnsoundWhenItCannotBe) {
  write_over(data_, root() + GetParam().offset, bytes_of_number(GetParam().value));

  EXPECT_EQ(check().error().code, Errc::corrupt);
  EXPECT_THAT(check().error().context, HasSubstr(GetParam().told));
}

TEST_F(Pages, AreUnsoundWhenTwoEntriesAreOne) {
  write_over(data_, root() + 16, bytes_of_number(number_at<std::uint16_t>(root() + 18)));

  EXPECT_THAT(check().error().context, HasSubstr("overlap"));
}

TEST_F(Pages, AreUnsoundWhenKeysAreOutOfOrder) {
  const std::uint16_t second = number_at<std::uint16_t>(root() + 18);
  const std::uint16_t third = number_at<std::uint16_t>(root() + 20);

  write_over(data_, root() + 18, bytes_of_number(third) + bytes_of_number(second));

  EXPECT_THAT(check().error().context, HasSubstr("out of order"));
}

TEST_F(Pages, AreUnsoundWhenAPageIsReachedTwice) {
  const std::size_t first = root() + number_at<std::uint16_t>(root() + 16);
  const std::size_t second = root() + number_at<std::uint16_t>(root() + 18);

  write_over(data_, second, bytes_of_number(number_at<std::uint16_t>(first)));

  EXPECT_EQ(check().error().code, Errc::corrupt);
}

TEST_F(Pages, AreUnsoundWhenAPageLiesBeyondTheEnd) {
  const std::size_t first = root() + number_at<std::uint16_t>(root() + 16);

  write_over(data_, first, bytes_of_number(std::uint16_t{0x7777}));

  EXPECT_THAT(check().error().context, HasSubstr("beyond the end"));
}

TEST_F(Pages, AreUnsoundWhenAPageInUseIsBelievedFree) {
  const std::size_t node =
      root_of_free_pages() + number_at<std::uint16_t>(root_of_free_pages() + 16);
  const std::size_t first_free = node + 8 + 8 + 8;  // after the node's head, its key and the count

  write_over(data_, first_free, bytes_of_number(meta_.rows.root));

  EXPECT_EQ(check().error().code, Errc::corrupt);
}

TEST_F(Pages, AreUnsoundWhenTheListOfFreeOnesIsLongerThanItsValue) {
  const std::size_t node =
      root_of_free_pages() + number_at<std::uint16_t>(root_of_free_pages() + 16);

  write_over(data_, node + 8 + 8, bytes_of_number(std::uint64_t{100'000}));

  EXPECT_THAT(check().error().context, HasSubstr("a list's length"));
}

TEST_F(Pages, AreUnsoundWhenTheFileIsCutOff) {
  std::filesystem::resize_file(data_, std::max(root(), root_of_free_pages()) + 100);

  EXPECT_EQ(check().error().code, Errc::corrupt);
}

}  // namespace
}  // namespace larder::cache
