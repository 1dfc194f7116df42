#include "daemon/auth/tokens/access_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::tokens {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kKeySecret = "0123456789abcdefghij/0123456789+ABCDEFGH";
const std::string kKeyLine = "AKIDLARDERNODE000001 " + kKeySecret + " nodes";

std::string why_unfit(const std::string& text) {
  const auto parsed = AccessKeys::parse(text);
  return parsed.ok() ? "fit" : parsed.error().context;
}

TEST(AccessKeys, AreReadLineByLine) {
  const auto keys = AccessKeys::parse("# of the nodes\n\n" + kKeyLine +
                                      "\r\n\tAKIDLARDERCI00000002  \t" + kKeySecret + "x ci \n");

  ASSERT_TRUE(keys.ok()) << keys.error().context;
  EXPECT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->find("AKIDLARDERNODE000001")->secret, kKeySecret);
  EXPECT_EQ(keys->find("AKIDLARDERNODE000001")->subject, "nodes");
  EXPECT_EQ(keys->find("AKIDLARDERCI00000002")->subject, "ci");
  EXPECT_EQ(keys->find("AKIDLARDERCI00000003"), nullptr);
}

// Who takes the last one out means that nobody is to have any.
TEST(AccessKeys, MayBeNone) {
  EXPECT_EQ(AccessKeys::parse("")->size(), 0U);
  EXPECT_EQ(AccessKeys::parse("# none\n")->size(), 0U);
}

TEST(AccessKeys, KnowTheirSubjectsByStampsThatChangeWithThem) {
  const auto keys = AccessKeys::parse(kKeyLine);
  const auto stamp = keys->find("AKIDLARDERNODE000001")->stamp;

  EXPECT_TRUE(keys->has("nodes", stamp));
  EXPECT_FALSE(keys->has("others", stamp));
  EXPECT_FALSE(keys->has("nodes", ""));
  for (const auto& changed : {kKeyLine + "2", "AKIDLARDERNODE000002 " + kKeySecret + " nodes",
                              "AKIDLARDERNODE000001 x" + kKeySecret + " nodes"}) {
    EXPECT_FALSE(AccessKeys::parse(changed)->has("nodes", stamp)) << changed;
  }
}

TEST(AccessKeys, AreRefusedWithTheLineAndWithoutTheSecret) {
  for (const auto& line :
       {std::string("AKIDLARDERNODE000001 ") + kKeySecret, kKeyLine + " more",
        "AKID " + kKeySecret + " nodes", "AKIDLARDER/NODE00001 " + kKeySecret + " nodes",
        std::string(129, 'A') + " " + kKeySecret + " nodes",
        "AKIDLARDERNODE000001 " + kKeySecret.substr(0, 31) + " nodes",
        "AKIDLARDERNODE000001 " + std::string(256, 's') + " nodes",
        "AKIDLARDERNODE000001 " + kKeySecret + "\x01 nodes",
        "AKIDLARDERNODE000001 " + kKeySecret + " " + std::string(256, 'n'),
        "AKIDLARDERNODE000001 " + kKeySecret + " n\xc3\xb6"}) {
    EXPECT_THAT(why_unfit("#\n" + line), StartsWith("line 2: ")) << line;
    EXPECT_THAT(why_unfit(line), Not(HasSubstr(kKeySecret.substr(0, 20)))) << line;
  }
  EXPECT_EQ(why_unfit(kKeyLine + "\n" + kKeyLine),
            "line 2: an access key id that is there already");
}

}  // namespace
}  // namespace larder::tokens
