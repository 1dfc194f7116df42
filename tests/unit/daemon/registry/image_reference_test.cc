#include "daemon/registry/image_reference.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

const std::string kDigest = testing::sha256_of("manifest").str();

struct GoodReference {
  std::string text;
  ImageReference image;
};

class GoodReferences : public ::testing::TestWithParam<GoodReference> {};

TEST_P(GoodReferences, AreParsed) {
  const auto image = parse_image_reference(GetParam().text);

  ASSERT_TRUE(image.ok()) << describe(image.error());
  EXPECT_EQ(*image, GetParam().image);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodReferences,
    ::testing::Values(GoodReference{"redis", {"redis", "latest"}},
                      GoodReference{"redis:7", {"redis", "7"}},
                      GoodReference{"docker.io/library/redis:7", {"docker.io/library/redis", "7"}},
                      GoodReference{"quay.io/a/b-c", {"quay.io/a/b-c", "latest"}},
                      GoodReference{"reg.test:5000/app", {"reg.test:5000/app", "latest"}},
                      GoodReference{"reg.test:5000/app:V_1.0", {"reg.test:5000/app", "V_1.0"}},
                      GoodReference{"app@" + kDigest, {"app", kDigest}},
                      GoodReference{"app:1@" + kDigest, {"app", kDigest}}));

class BadReferences : public ::testing::TestWithParam<std::string> {};

TEST_P(BadReferences, AreInvalid) {
  const auto image = parse_image_reference(GetParam());

  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadReferences,
                         ::testing::Values("", ":", ":1", "app:", "app:1:2", "App:1", "/app",
                                           "app/", "app name:1", "app:-1", "@" + kDigest, "app@",
                                           "app@sha256:ab", "app@latest",
                                           "app@" + kDigest + "@" + kDigest,
                                           "https://reg.test/app"));

class FindCachedDigest : public testing::RegistryFixture {
 protected:
  Result<cache::Digest> find(const std::string& text) {
    return find_cached_digest(text, upstreams_, "docker.io", *store_);
  }

  const cache::Digest digest_ = testing::sha256_of("manifest");
};

TEST_F(FindCachedDigest, AppliesTheDefaultsOfAPull) {
  store_->put_tag({"docker.io", "library/redis", "7"}, {digest_, "", 8, {}, {}});
  store_->put_tag({"reg.test", "app", "latest"}, {digest_, "", 8, {}, {}});

  EXPECT_EQ(*find("redis:7"), digest_);
  EXPECT_EQ(*find("docker.io/redis:7"), digest_);
  EXPECT_EQ(*find("docker.io/library/redis:7"), digest_);
  EXPECT_EQ(*find("reg.test/app"), digest_);
}

TEST_F(FindCachedDigest, TakesADigestAsItIs) {
  EXPECT_EQ(*find("app@" + kDigest), digest_);
}

TEST_F(FindCachedDigest, NamesWhatIsNotCached) {
  const auto tag = find("redis:7");
  const auto host = find("evil.test/redis:7");

  EXPECT_EQ(tag.error().code, Errc::not_found);
  EXPECT_THAT(tag.error().context, ::testing::HasSubstr("docker.io/library/redis:7"));
  EXPECT_EQ(host.error().code, Errc::not_found);
  EXPECT_THAT(host.error().context, ::testing::HasSubstr("evil.test"));
}

}  // namespace
}  // namespace larder::registry
