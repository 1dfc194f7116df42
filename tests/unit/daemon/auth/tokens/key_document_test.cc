#include "daemon/auth/tokens/key_document.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "daemon/auth/encoding.h"

namespace larder::tokens {
namespace {

constexpr const char* kSecret = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

std::string with_key(const std::string& members) {
  return R"({"keys":[{"kty":"EC","crv":"P-256",)" + members + "}]}";
}

TEST(KeyDocument, IsReadAsItWasWritten) {
  const WallTime from{std::chrono::seconds(1'700'000'000)};
  const std::vector<RingKey> keys = {{*SigningKey::generate(), {from}},
                                     {*SigningKey::generate(), {}}};

  const auto read = parse_key_document(key_document(keys));

  ASSERT_TRUE(read.ok()) << describe(read.error());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].key.kid(), keys[0].key.kid());
  EXPECT_EQ((*read)[0].times.signs_from, from);
  EXPECT_EQ((*read)[1].key.secret(), keys[1].key.secret());
  EXPECT_FALSE((*read)[1].times.signs_from.has_value());
}

TEST(KeyDocument, TakesKeysOfOtherTools) {
  EXPECT_TRUE(parse_key_document(with_key(R"("d":")" + std::string(kSecret) + R"(")")).ok());
  EXPECT_TRUE(
      parse_key_document("\n " + with_key(R"("d":")" + std::string(kSecret) + R"(")")).ok());
}

TEST(KeyDocument, RefusesWhatIsNoneWithoutTellingIt) {
  const std::string key = R"({"kty":"EC","crv":"P-256","d":")" + std::string(kSecret) + R"("})";
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(R"({"keys":[]})"),
        std::string(R"({"keys":1})"), with_key(R"("x":"AA")"), with_key(R"("d":"AA")"),
        with_key(R"("d":1)"), with_key(R"("d":")" + std::string(kSecret) + R"(","x":"AA")"),
        with_key(R"("d":")" + std::string(kSecret) + R"(","nbf":"soon")"),
        R"({"keys":[)" + key + "," + key + "]}",
        std::string(R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})"), R"({"keys":[)" + key + "]",
        std::string("{") + std::string(70'000, ' ') + "}", std::string(70'000, 'x')}) {
    const auto read = parse_key_document(text);

    ASSERT_FALSE(read.ok()) << text.substr(0, 80);
    EXPECT_EQ(read.error().context.find(kSecret), std::string::npos);
  }
}

}  // namespace
}  // namespace larder::tokens
