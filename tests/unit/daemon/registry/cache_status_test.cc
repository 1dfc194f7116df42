#include "daemon/registry/cache_status.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

constexpr CacheStatus kAll[] = {
    CacheStatus::hit,     CacheStatus::revalidated, CacheStatus::stale,  CacheStatus::gone,
    CacheStatus::fetched, CacheStatus::joined,      CacheStatus::passed, CacheStatus::failed,
    CacheStatus::local,   CacheStatus::cached_tags};

TEST(CacheStatusHeader, SaysHowAndForHowLong) {
  EXPECT_EQ(header_value(CacheStatus::hit), "larder; hit");
  EXPECT_EQ(header_value(CacheStatus::hit, std::chrono::seconds(840)), "larder; hit; ttl=840");
  EXPECT_EQ(header_value(CacheStatus::stale, std::chrono::seconds(-12)),
            "larder; hit; ttl=-12; detail=stale");
  EXPECT_EQ(header_value(CacheStatus::fetched), "larder; fwd=miss; stored; detail=fetched");
}

TEST(CacheStatusHeader, IsReadBack) {
  for (const CacheStatus status : kAll) {
    EXPECT_EQ(parse_cache_status(header_value(status)), status) << header_value(status);
    EXPECT_EQ(parse_cache_status(header_value(status, std::chrono::seconds(-3))), status);
  }
}

TEST(CacheStatusHeader, OfAnErrorTellsItsCause) {
  EXPECT_EQ(header_value(Error{Errc::upstream_down, "x", "breaker"}),
            "larder; fwd=miss; detail=breaker");
  EXPECT_EQ(header_value(Error{Errc::timeout, "x"}), "larder; fwd=miss; detail=timeout");
  EXPECT_EQ(header_value(Error{Errc::not_found, "x", "closed-world"}),
            "larder; detail=closed-world");
  EXPECT_EQ(header_value(Error{Errc::not_found, "x"}), "larder; fwd=miss; detail=failed");
  EXPECT_EQ(header_value(Error{Errc::not_found, "x", "a; b"}), "larder; fwd=miss; detail=failed");
  EXPECT_EQ(header_value(Error{Errc::invalid, "x"}), "larder; detail=local");
}

TEST(CacheStatusHeader, OfAnErrorIsReadBack) {
  for (const auto* cause : {"breaker", "quota", "timeout", "offline", "negative"}) {
    EXPECT_EQ(parse_cache_status(header_value(Error{Errc::io, "x", cause})), CacheStatus::failed);
  }
  EXPECT_EQ(parse_cache_status("larder; detail=closed-world"), CacheStatus::local);
  EXPECT_EQ(parse_cache_status("larder; detail=breaker"), std::nullopt);
}

TEST(CacheStatusHeader, OfSomebodyElseIsNone) {
  for (const auto* text : {"", "nginx; hit", "larder; hit; detail=other", "larde"}) {
    EXPECT_EQ(parse_cache_status(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace larder::registry
