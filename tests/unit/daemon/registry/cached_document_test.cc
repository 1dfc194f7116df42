#include "daemon/registry/cached_document.h"

#include <gtest/gtest.h>

#include "tests/support/store_fixture.h"

namespace larder::registry {
namespace {

using testing::sha256_of;

constexpr char kType[] = "application/vnd.oci.image.manifest.v1+json";

class CachedDocument : public testing::StoreFixture {
 protected:
  cache::Digest put(const std::string& media_type, const std::string& bytes) {
    const auto digest = sha256_of(bytes);
    EXPECT_TRUE(store_->put_document(digest, {media_type, bytes}).ok());
    executor_->wait();
    return digest;
  }

  const std::string manifest_ = std::string(R"({"mediaType":")") + kType + "\"}";
};

TEST_F(CachedDocument, KeepsTheTypeItWasGiven) {
  const auto digest = put("a/b", manifest_);

  EXPECT_EQ(find_named_document(*store_, digest)->media_type, "a/b");
  EXPECT_EQ(peek_named_document(*store_, digest)->media_type, "a/b");
}

TEST_F(CachedDocument, TellsALostTypeItself) {
  const auto digest = put("", manifest_);

  EXPECT_EQ(peek_named_document(*store_, digest)->media_type, kType);
  EXPECT_EQ(store_->peek_document(digest)->media_type, "") << "a look changes nothing";
  EXPECT_EQ(find_named_document(*store_, digest)->media_type, kType);
  EXPECT_EQ(store_->peek_document(digest)->media_type, kType);
}

TEST_F(CachedDocument, IsNoneWhenItHasNoType) {
  const auto digest = put("", "layer");

  EXPECT_EQ(find_named_document(*store_, digest), std::nullopt);
  EXPECT_EQ(peek_named_document(*store_, digest), std::nullopt);
  EXPECT_EQ(peek_named_document(*store_, sha256_of("absent")), std::nullopt);
}

TEST_F(CachedDocument, IsUsedByFindingItNotByPeeking) {
  const auto digest = put("a/b", manifest_);

  (void)peek_named_document(*store_, digest);
  EXPECT_FALSE(uses_.is_used(digest));
  (void)find_named_document(*store_, digest);
  EXPECT_TRUE(uses_.is_used(digest));
}

}  // namespace
}  // namespace larder::registry
