#include "daemon/auth/tokens/algorithm.h"

#include <gtest/gtest.h>

namespace larder::tokens {
namespace {

TEST(Algorithm, IsReadAsItIsWritten) {
  for (const Algorithm algorithm : all_algorithms()) {
    EXPECT_EQ(parse_algorithm(to_string(algorithm)), algorithm);
  }
  EXPECT_EQ(all_algorithms().size(), 10U);
}

}  // namespace
}  // namespace larder::tokens
