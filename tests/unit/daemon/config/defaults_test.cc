#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/config.h"
#include "daemon/config/names.h"

namespace larder::config {
namespace {

using testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::Field;
using testing::ResultOf;

TEST(DefaultUpstreams, CoverThePublicRegistriesAndTheCloudPatterns) {
  const std::vector<Upstream> upstreams = default_upstreams();

  for (const char* const match :
       {"docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "gcr.io", "mcr.microsoft.com",
        "public.ecr.aws", "registry.gitlab.com", "nvcr.io", "cgr.dev", "*.dkr.ecr.*.amazonaws.com",
        "*.gcr.io", "*.pkg.dev", "*.azurecr.io"}) {
    EXPECT_THAT(upstreams, Contains(Field(&Upstream::match, match)));
  }
}

TEST(DefaultUpstreams, AreValidAndAnonymous) {
  const std::vector<Upstream> upstreams = default_upstreams();

  EXPECT_THAT(upstreams, Each(Field(&Upstream::match, ResultOf(is_host_pattern, true))));
  EXPECT_THAT(upstreams, Each(Field(&Upstream::auth, Auth{})));
}

TEST(DefaultFreshness, BelievesLatestForAMinuteAndOtherTagsForAQuarterOfAnHour) {
  using std::chrono::hours;
  using std::chrono::minutes;
  EXPECT_THAT(default_freshness(), ElementsAre(Freshness{"**:latest", minutes(1), hours(720)},
                                               Freshness{"**", minutes(15), std::nullopt}));
}

}  // namespace
}  // namespace larder::config
