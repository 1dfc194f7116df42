#include "daemon/upstream/tag_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/bytes.h"

namespace larder::upstream {
namespace {

TEST(IsTag, AcceptsWhatTheGrammarDoes) {
  for (const auto& tag :
       std::vector<std::string>{"a", "_", "1.0", "v1.2.3-rc_1", "Z", std::string(128, 'x')}) {
    EXPECT_TRUE(is_tag(tag)) << tag;
  }
}

TEST(IsTag, RejectsEverythingElse) {
  for (const auto& tag : std::vector<std::string>{"", ".a", "-a", "a b", "a:b", "a/b", "?tags",
                                                  "a\n", "\xc3\xa9", std::string(129, 'x')}) {
    EXPECT_FALSE(is_tag(tag)) << tag;
  }
}

TEST(ReferrersTag, IsTheDigestWithAHyphen) {
  const auto digest = testing::digest_of_text("x");

  EXPECT_EQ(referrers_tag(digest), "sha256-" + digest.hex());
}

TEST(ReferrersTag, CutsALongDigest) {
  const auto digest = testing::digest_of_text("x", cache::DigestAlgorithm::sha512);

  EXPECT_EQ(referrers_tag(digest), "sha512-" + digest.hex().substr(0, 64));
}

}  // namespace
}  // namespace larder::upstream
