// The rows behind the contract's answers (contract/index_queues_contract_test.cc).
#include "cache/lmdb_pins.h"

#include <gtest/gtest.h>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::TempDirectory;

TEST(LmdbPins, AreCorruptWhenTheirRowIs) {
  const TempDirectory directory;
  const auto environment =
      LmdbEnvironment::open({.directory = directory.path(), .map_bytes = 1 << 20}).value();
  ASSERT_TRUE(environment
                  ->write([](WriteTransaction& txn) {
                    return txn.put(pin_key(digest_of_text("a"), "reason").bytes(), "x");
                  })
                  .ok());

  const Status done =
      for_each_pin_row(*environment->begin_read(), RowKey(RowKind::pin, digest_of_text("a")),
                       [](const Digest&, const Pin&) { return true; });

  EXPECT_EQ(done.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace larder::cache
