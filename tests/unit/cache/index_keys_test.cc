#include "cache/index_keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::digest_of_text;

bool is_before(const RowKey& a, const RowKey& b) {
  return std::lexicographical_compare(a.bytes().begin(), a.bytes().end(), b.bytes().begin(),
                                      b.bytes().end());
}

TEST(RowKey, HoldsKindAlgorithmAndDigest) {
  const Digest digest = digest_of_text("x");
  const RowKey key(RowKind::blob, digest);

  ASSERT_EQ(key.bytes().size(), 34);
  EXPECT_EQ(key.bytes()[0], std::byte{3});
  EXPECT_EQ(key.bytes()[1], std::byte{1});
  EXPECT_EQ(digest_in_key(key.bytes()).value(), digest);
}

TEST(RowKey, HoldsTheLongerDigest) {
  const Digest digest = digest_of_text("x", DigestAlgorithm::sha512);

  EXPECT_EQ(digest_in_key(RowKey(RowKind::document, digest).bytes()).value(), digest);
}

TEST(RowKey, TellsNamesApartThatRunTogether) {
  const auto text_of_key = [](const TagName& name) {
    const RowKey key = key_of(name);
    return std::string(reinterpret_cast<const char*>(key.bytes().data()), key.bytes().size());
  };

  EXPECT_NE(text_of_key({"a", "b", "c"}), text_of_key({"a", "bc", ""}));
  EXPECT_NE(text_of_key({"a", "b/c", "d"}), text_of_key({"a/b", "c", "d"}));
  EXPECT_EQ(text_of_key({"a", "b", "c"}), text_of_key({"a", "b", "c"}));
}

TEST(RowKey, OrdersPlacesByPosition) {
  EXPECT_TRUE(is_before(place_key(Queue::probation, 255), place_key(Queue::probation, 256)));
  EXPECT_TRUE(is_before(place_key(Queue::probation, 1ULL << 63), place_key(Queue::main, 0)));
  EXPECT_EQ(place_in_key(place_key(Queue::main, 1ULL << 63).bytes())->position, 1ULL << 63);
  EXPECT_EQ(place_in_key(place_key(Queue::main, 7).bytes())->queue, Queue::main);
}

TEST(RowKey, HoldsBothEndsOfALink) {
  const Digest child = digest_of_text("child");
  const Digest parent = digest_of_text("parent", DigestAlgorithm::sha512);

  const ParentKey link = parent_in_key(parent_key(child, parent).bytes()).value();

  EXPECT_EQ(link.child, child);
  EXPECT_EQ(link.parent, parent);
}

TEST(RowKey, HoldsTheLongestPin) {
  const Digest digest = digest_of_text("x", DigestAlgorithm::sha512);
  const RowKey key = pin_key(digest, std::string(kPinReasonBytesMax, 'r'));

  EXPECT_LE(key.bytes().size(), 511);
  EXPECT_EQ(pin_in_key(key.bytes())->digest, digest);
  EXPECT_EQ(pin_in_key(key.bytes())->reason, std::string(kPinReasonBytesMax, 'r'));
}

TEST(RowKey, RejectsPlacesLinksAndPinsThatAreNone) {
  const std::string digest = "\x01" + std::string(32, 'd');
  for (const std::string& key :
       {std::string(), std::string("\x06\x01"), std::string("\x06\x03") + std::string(8, 'p'),
        std::string("\x06\x01") + std::string(9, 'p')}) {
    EXPECT_EQ(place_in_key(bytes_of(key)).error().code, Errc::corrupt) << key.size();
  }
  for (const std::string& key : {std::string(), "\x08" + digest, "\x08" + digest + digest + "x"}) {
    EXPECT_EQ(parent_in_key(bytes_of(key)).error().code, Errc::corrupt) << key.size();
  }
  for (const std::string& key : {std::string(), "\x09" + digest, "\x09" + digest.substr(1) + "r",
                                 "\x09" + digest + std::string(256, 'r')}) {
    EXPECT_EQ(pin_in_key(bytes_of(key)).error().code, Errc::corrupt) << key.size();
  }
}

TEST(RowKey, RejectsWhatHoldsNoDigest) {
  const std::string digest(32, 'd');
  for (const std::string& key :
       {std::string(), std::string("\x03"), std::string("\x03\x01"), "\x03\x01" + digest + "x",
        "\x03\x02" + digest, "\x03\x03" + digest, "\x03\x01" + digest.substr(1)}) {
    EXPECT_EQ(digest_in_key(bytes_of(key)).error().code, Errc::corrupt) << key.size();
  }
}

}  // namespace
}  // namespace larder::cache
