// The rows behind the contract's answers (contract/index_queues_contract_test.cc).
#include "cache/lmdb_links.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::TempDirectory;

class LmdbLinksTest : public ::testing::Test {
 protected:
  std::uint64_t rows_after(const std::vector<Digest>& children) {
    const Status done = environment_->write([&children](WriteTransaction& txn) {
      return write_children(txn, digest_of_text("parent"), children);
    });
    EXPECT_TRUE(done.ok());
    return environment_->begin_read()->row_count().value();
  }

  TempDirectory directory_;
  std::unique_ptr<LmdbEnvironment> environment_ =
      LmdbEnvironment::open({.directory = directory_.path(), .map_bytes = 1 << 20}).value();
};

TEST_F(LmdbLinksTest, AreOneRowForTheParentAndOneForEachChild) {
  const Digest a = digest_of_text("a");
  const Digest b = digest_of_text("b");

  EXPECT_EQ(rows_after({a, b, a}), 1 + 2);
  EXPECT_EQ(rows_after({b}), 1 + 1);
  EXPECT_EQ(rows_after({}), 0);
}

}  // namespace
}  // namespace larder::cache
