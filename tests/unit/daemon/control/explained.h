// An explanation with something in every place: a tag past its TTL, an index, a part of a layer.
#pragma once

#include "daemon/registry/explanation.h"
#include "tests/support/store_fixture.h"

namespace larder::testing {

inline WallTime at_second(int second) {
  return WallTime(std::chrono::seconds(1'700'000'000 + second));
}

inline upstream::HealthReport open_endpoint() {
  return {.url = "https://reg.test",
          .state = upstream::BreakerState::open,
          .since = at_second(0),
          .until = at_second(60),
          .reason = "connection refused",
          .tokens_paused = upstream::TokenPauseReport{at_second(5), "HTTP 429"},
          .quota = upstream::QuotaReport{.remaining = 98, .limit = 100, .resets_at = at_second(9)},
          .latency = std::chrono::microseconds(42'500),
          .credentials = {{"reg.test", "token", "repository:team/app:pull", at_second(50),
                           std::chrono::seconds(10), at_second(8), "HTTP 503"},
                          {.upstream = "reg.test",
                           .kind = "ecr",
                           .of = "reg.test",
                           .ends = at_second(55),
                           .is_held = false}}};
}

inline registry::Explanation explained() {
  using cache::BlobPresence;
  using registry::PartFacts;
  const cache::Digest index = sha256_of("index");
  registry::Explanation all;
  all.name = "reg.test/team/app:1";
  all.route = {"reg.test", "team/app", "1", "*.test",
               upstream::UpstreamReport{"reg.test", {}, {open_endpoint()}}};
  all.tag = registry::TagFacts{{index, "a/index", 5, at_second(1), at_second(2), {}},
                               upstream::Freshness::stale,
                               "**",
                               std::chrono::minutes(15),
                               -std::chrono::seconds(90),
                               at_second(3)};
  all.platform = {"linux", "amd64", ""};
  all.documents = {
      {{index, "a/index", 5, {}},
       true,
       registry::ImageContents::Kind::index,
       {},
       {{sha256_of("arm"), "", 0, {"linux", "arm64", "v8"}}, {sha256_of("att"), "", 0, {}}}},
      {{sha256_of("manifest"), "a/manifest", 700, {"linux", "amd64", ""}},
       true,
       registry::ImageContents::Kind::manifest,
       {{PartFacts::Role::config,
         {sha256_of("config"), "a/config", 1000, {}},
         {BlobPresence::State::whole, 1000, 1000, false}},
        {PartFacts::Role::layer,
         {sha256_of("layer"), "a/layer", 3000, {}},
         {BlobPresence::State::partial, 1999, 3000, true}},
        {PartFacts::Role::layer, {sha256_of("more"), "a/layer", 0, {}}, {}}},
       {}}};
  all.is_known = true;
  all.tally = {3, 1, 1, 4000, 2999};
  all.conclusion = {registry::Outlook::stale, 200, "Served.", "Fetched: 2 of 3."};
  return all;
}

}  // namespace larder::testing
