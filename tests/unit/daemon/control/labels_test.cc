#include "daemon/control/labels.h"

#include <gtest/gtest.h>

#include "daemon/registry/cache_status.h"

namespace larder::control {
namespace {

using registry::CacheStatus;
using registry::header_value;

TEST(CacheUse, IsToldByTheRegistrysCacheStatus) {
  EXPECT_EQ(cache_use(header_value(CacheStatus::hit)), CacheUse::hit);
  EXPECT_EQ(cache_use(header_value(CacheStatus::revalidated)), CacheUse::hit);
  EXPECT_EQ(cache_use(header_value(CacheStatus::stale)), CacheUse::stale);
  EXPECT_EQ(cache_use(header_value(CacheStatus::gone)), CacheUse::stale);
  EXPECT_EQ(cache_use(header_value(CacheStatus::cached_tags)), CacheUse::stale);
  EXPECT_EQ(cache_use(header_value(CacheStatus::fetched)), CacheUse::fetched);
  EXPECT_EQ(cache_use(header_value(CacheStatus::joined)), CacheUse::joined);
  EXPECT_EQ(cache_use(header_value(CacheStatus::passed)), CacheUse::passed);
}

TEST(CacheUse, IsNoneWhenNoContentWasServed) {
  EXPECT_EQ(cache_use(header_value(CacheStatus::failed)), CacheUse::none);
  EXPECT_EQ(cache_use(header_value(CacheStatus::local)), CacheUse::none);
  EXPECT_EQ(cache_use(""), CacheUse::none);
  EXPECT_EQ(cache_use("hit"), CacheUse::none);
}

TEST(CacheUse, HasOneNamePerValue) {
  EXPECT_EQ(to_string(CacheUse::hit), "hit");
  EXPECT_EQ(to_string(CacheUse::stale), "stale");
  EXPECT_EQ(to_string(CacheUse::fetched), "fetched");
  EXPECT_EQ(to_string(CacheUse::joined), "joined");
  EXPECT_EQ(to_string(CacheUse::passed), "passed");
  EXPECT_EQ(to_string(CacheUse::none), "none");
}

TEST(KindLabel, HasOneNamePerKind) {
  using registry::RouteKind;
  EXPECT_EQ(kind_label(RouteKind::ping), "ping");
  EXPECT_EQ(kind_label(RouteKind::manifest), "manifest");
  EXPECT_EQ(kind_label(RouteKind::blob), "blob");
  EXPECT_EQ(kind_label(RouteKind::tags), "tags");
  EXPECT_EQ(kind_label(RouteKind::referrers), "referrers");
  EXPECT_EQ(kind_label(RouteKind::unknown), "unknown");
}

}  // namespace
}  // namespace larder::control
