// Expected values are the test vectors of FIPS 180-4.
#include "cache/hasher.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;

const std::string kSha256OfNothing =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string kSha256OfAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kSha512OfAbc =
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Hasher, HashesNothing) {
  EXPECT_EQ(Hasher(DigestAlgorithm::sha256).digest().str(), kSha256OfNothing);
  EXPECT_EQ(digest_of(DigestAlgorithm::sha256, {}).str(), kSha256OfNothing);
}

TEST(Hasher, HashesBytesInPieces) {
  Hasher hasher(DigestAlgorithm::sha256);

  hasher.update(bytes_of("a"));
  hasher.update({});
  hasher.update(bytes_of("bc"));

  EXPECT_EQ(hasher.digest().str(), kSha256OfAbc);
}

TEST(Hasher, HashesSha512) {
  EXPECT_EQ(digest_of(DigestAlgorithm::sha512, bytes_of("abc")).str(), kSha512OfAbc);
}

TEST(Hasher, GoesOnAfterADigest) {
  Hasher hasher(DigestAlgorithm::sha256);

  EXPECT_EQ(hasher.digest().str(), kSha256OfNothing);
  hasher.update(bytes_of("abc"));

  EXPECT_EQ(hasher.digest().str(), kSha256OfAbc);
  EXPECT_EQ(hasher.digest().str(), kSha256OfAbc);
}

TEST(Hasher, GoesItsOwnWayAfterAClone) {
  Hasher original(DigestAlgorithm::sha512);
  original.update(bytes_of("ab"));

  Hasher clone = original.clone();
  original.update(bytes_of("x"));
  clone.update(bytes_of("c"));

  EXPECT_EQ(clone.digest().str(), kSha512OfAbc);
  EXPECT_NE(original.digest(), clone.digest());
}

TEST(Hasher, TakesItsBytesAlongWhenMoved) {
  Hasher from(DigestAlgorithm::sha256);
  from.update(bytes_of("abc"));
  Hasher to(DigestAlgorithm::sha512);

  to = std::move(from);

  EXPECT_EQ(to.digest().str(), kSha256OfAbc);
}

}  // namespace
}  // namespace larder::cache
