#include "cache/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

namespace larder::cache {
namespace {

using ::testing::HasSubstr;

// Of no bytes.
const std::string kSha256 =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string kSha512 =
    "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

TEST(Digest, ParsesSha256AndSha512AndPrintsThemBack) {
  for (const std::string& text : {kSha256, kSha512}) {
    EXPECT_EQ(Digest::parse(text).value().str(), text);
  }
}

TEST(Digest, KnowsItsParts) {
  const Digest digest = Digest::parse(kSha256).value();

  EXPECT_EQ(digest.algorithm(), DigestAlgorithm::sha256);
  EXPECT_EQ(digest.hex(), kSha256.substr(7));
  ASSERT_EQ(digest.bytes().size(), 32);
  EXPECT_EQ(digest.bytes()[0], std::byte{0xe3});
  EXPECT_EQ(digest.bytes()[31], std::byte{0x55});
}

TEST(Digest, RejectsWhatIsNoDigest) {
  const std::vector<std::string> bad = {
      "",
      ":",
      "sha256",
      "sha256:",
      "sha512:",
      kSha256.substr(7),                            // no algorithm
      kSha256 + "0",                                // too long
      kSha256.substr(0, kSha256.size() - 1),        // too short
      kSha256.substr(0, kSha256.size() - 1) + "g",  // not hex
      kSha256.substr(0, kSha256.size() - 1) + "B",  // upper case
      kSha256.substr(0, kSha256.size() - 1) + "\xff",
      kSha256.substr(0, kSha256.size() - 1) + std::string(1, '\0'),
      " " + kSha256,
      kSha256 + "\n",
      "SHA256:" + kSha256.substr(7),
      "sha256::" + kSha256.substr(8),
      "sha512:" + kSha256.substr(7),  // the other one's length
      "sha256:" + kSha512.substr(7),
      "sha256:../../../../../../../../../../../../../../../../etc/larder/x",
  };
  for (const std::string& text : bad) {
    EXPECT_EQ(Digest::parse(text).error().code, Errc::invalid) << text;
  }
}

TEST(Digest, TellsAnUnsupportedAlgorithmFromBadSyntax) {
  for (const char* text : {"sha384:ab", "multihash+base58:QmRZx_=-", "a.b_c-d:0"}) {
    EXPECT_THAT(Digest::parse(text).error().context, HasSubstr("unsupported")) << text;
  }
  for (const char* text : {"+a:b", "a+:b", "a..b:c", "A:b", "a:", "a:/", "md5"}) {
    EXPECT_THAT(Digest::parse(text).error().context, HasSubstr("malformed")) << text;
  }
}

TEST(Digest, DoesNotRepeatWhatItRefuses) {
  const std::string text = "sha256:" + std::string(100'000, 'x');

  EXPECT_LT(Digest::parse(text).error().context.size(), 100);
}

TEST(Digest, ComesFromBytes) {
  const Digest digest = Digest::parse(kSha512).value();

  EXPECT_EQ(Digest::from_bytes(DigestAlgorithm::sha512, digest.bytes()), digest);
}

TEST(Digest, DiffersByAlgorithmAndByEveryByte) {
  const std::vector<std::byte> zeros(64);
  std::vector<std::byte> last_bit = zeros;
  last_bit.back() = std::byte{1};
  const Digest digest = Digest::from_bytes(DigestAlgorithm::sha512, zeros);

  EXPECT_NE(digest, Digest::from_bytes(DigestAlgorithm::sha512, last_bit));
  EXPECT_NE(digest, Digest::from_bytes(DigestAlgorithm::sha256, std::span(zeros).first(32)));
  EXPECT_LT(digest, Digest::from_bytes(DigestAlgorithm::sha512, last_bit));
}

TEST(Digest, IsAKeyOfHashMaps) {
  std::unordered_set<Digest> digests;

  digests.insert(Digest::parse(kSha256).value());
  digests.insert(Digest::parse(kSha256).value());
  digests.insert(Digest::parse(kSha512).value());

  EXPECT_EQ(digests.size(), 2);
  EXPECT_TRUE(digests.contains(Digest::parse(kSha512).value()));
}

TEST(DigestDeathTest, WantsAsManyBytesAsTheAlgorithmHas) {
  const std::vector<std::byte> bytes(64);

  EXPECT_DEATH(Digest::from_bytes(DigestAlgorithm::sha256, bytes), "CHECK failed");
}

}  // namespace
}  // namespace larder::cache
