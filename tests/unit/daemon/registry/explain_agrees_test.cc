// What is said of a pull, and what a pull then gets, are the same in every situation.
#include <gmock/gmock.h>

#include "tests/unit/daemon/registry/explain_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::sha256_of;

class Situations : public ExplainFixture {
 public:
  void nothing() {}
  void cached() { (void)pull("1"); }
  void past_ttl() {
    cached();
    clock_.advance(minutes(16));
  }
  void too_old() {
    cached();
    clock_.advance(hours(2));
  }
  void unreachable() { meet({.error = Error{Errc::upstream_down, "connection refused"}}); }
  void past_ttl_unreachable() {
    past_ttl();
    unreachable();
  }
  void too_old_unreachable() {
    too_old();
    unreachable();
  }
  void past_ttl_paused() {
    past_ttl();
    meet({.status = 429, .headers = {{"Retry-After", "60"}}});
  }
  void past_ttl_low_quota() {
    past_ttl();
    meet({.status = 404,
          .headers = {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "10;w=21600"}}});
  }
  void low_quota() {
    meet({.status = 404,
          .headers = {{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "10;w=21600"}}});
  }
  void said_gone() {
    past_ttl();
    upstream_answer_ = {.status = 404};
    (void)pull("1");
  }
  void said_gone_long_ago() {
    said_gone();
    clock_.advance(minutes(16));
    answer_with(manifest_, kManifestType);
  }
  void denied_a_moment_ago() {
    upstream_answer_ = {.status = 404};
    (void)pull("1");
    (void)pull(digest_);
  }
  void offline() { make(/*offline=*/true); }
  void offline_too_old() {
    too_old();
    make(/*offline=*/true);
  }
  void evicted() {
    cached();
    executor_->wait();
    store_->flush();
    const cache::Digest digest = sha256_of(manifest_);
    ASSERT_TRUE(index_.remove_blobs({&digest, 1}).ok());
    ASSERT_TRUE(blob_files_->remove(digest).ok());
  }
  void evicted_unreachable() {
    evicted();
    unreachable();
  }
  void evicted_offline() {
    evicted();
    make(/*offline=*/true);
  }
};

struct Case {
  const char* name;
  void (Situations::*given)();
  bool by_digest;
  Outlook outlook;
  int status;
  CacheStatus how;  // the pull was answered
  const char* cause = "";
};

std::optional<CacheStatus> how(const http::Response& response) {
  return parse_cache_status(response.headers.find("Cache-Status").value_or(""));
}

// The end of the header, as long as `cause`.
std::string detail(const http::Response& response, const std::string& cause) {
  const std::string text(response.headers.find("Cache-Status").value_or(""));
  return text.substr(text.size() - std::min(text.size(), cause.size()));
}

class ExplanationAgrees : public Situations, public ::testing::WithParamInterface<Case> {};

TEST_P(ExplanationAgrees, WithThePull) {
  (this->*GetParam().given)();
  const auto asked_before = client_.count();

  const auto explanation =
      explain(GetParam().by_digest ? "reg.test/app@" + digest_ : "reg.test/app:1");
  const auto asked_for_it = client_.count() - asked_before;
  const auto answer = pull(GetParam().by_digest ? digest_ : "1");

  EXPECT_EQ(asked_for_it, 0u) << "nobody is asked for an explanation";
  EXPECT_EQ(explanation.conclusion.outlook, GetParam().outlook) << explanation.conclusion.document;
  EXPECT_EQ(explanation.conclusion.status, GetParam().status);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(how(answer), GetParam().how);
  EXPECT_EQ(explanation.conclusion.cause, GetParam().cause);
  EXPECT_EQ(detail(answer, explanation.conclusion.cause), explanation.conclusion.cause);
}

INSTANTIATE_TEST_SUITE_P(
    OfATag, ExplanationAgrees,
    ::testing::Values(
        Case{"NeverSeen", &Situations::nothing, false, Outlook::fetch, 200, CacheStatus::fetched},
        Case{"Fresh", &Situations::cached, false, Outlook::cached, 200, CacheStatus::hit},
        Case{"PastItsTtl", &Situations::past_ttl, false, Outlook::confirm, 200,
             CacheStatus::revalidated},
        Case{"TooOld", &Situations::too_old, false, Outlook::confirm, 200,
             CacheStatus::revalidated},
        Case{"NeverSeenUnreachable", &Situations::unreachable, false, Outlook::refuse, 503,
             CacheStatus::failed, "breaker"},
        Case{"StaleUnreachable", &Situations::past_ttl_unreachable, false, Outlook::stale, 200,
             CacheStatus::stale},
        Case{"TooOldUnreachable", &Situations::too_old_unreachable, false, Outlook::refuse, 503,
             CacheStatus::failed, "breaker"},
        Case{"StalePaused", &Situations::past_ttl_paused, false, Outlook::stale, 200,
             CacheStatus::stale},
        Case{"StaleLowQuota", &Situations::past_ttl_low_quota, false, Outlook::stale, 200,
             CacheStatus::stale},
        Case{"NeverSeenLowQuota", &Situations::low_quota, false, Outlook::fetch, 200,
             CacheStatus::fetched},
        Case{"Gone", &Situations::said_gone, false, Outlook::gone, 200, CacheStatus::gone},
        Case{"GoneLongAgo", &Situations::said_gone_long_ago, false, Outlook::confirm, 200,
             CacheStatus::revalidated},
        Case{"Denied", &Situations::denied_a_moment_ago, false, Outlook::refuse, 404,
             CacheStatus::failed, "negative"},
        Case{"NeverSeenOffline", &Situations::offline, false, Outlook::refuse, 404,
             CacheStatus::failed, "offline"},
        Case{"TooOldOffline", &Situations::offline_too_old, false, Outlook::cached, 200,
             CacheStatus::hit},
        Case{"Evicted", &Situations::evicted, false, Outlook::fetch, 200, CacheStatus::fetched},
        Case{"EvictedUnreachable", &Situations::evicted_unreachable, false, Outlook::refuse, 503,
             CacheStatus::failed, "breaker"},
        Case{"EvictedOffline", &Situations::evicted_offline, false, Outlook::refuse, 404,
             CacheStatus::failed, "offline"}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    OfADigest, ExplanationAgrees,
    ::testing::Values(
        Case{"NeverSeen", &Situations::nothing, true, Outlook::fetch, 200, CacheStatus::fetched},
        Case{"Cached", &Situations::too_old, true, Outlook::cached, 200, CacheStatus::hit},
        Case{"CachedUnreachable", &Situations::too_old_unreachable, true, Outlook::cached, 200,
             CacheStatus::hit},
        Case{"Unreachable", &Situations::unreachable, true, Outlook::refuse, 503,
             CacheStatus::failed, "breaker"},
        Case{"LowQuota", &Situations::low_quota, true, Outlook::fetch, 200, CacheStatus::fetched},
        Case{"Denied", &Situations::denied_a_moment_ago, true, Outlook::refuse, 404,
             CacheStatus::failed, "negative"},
        Case{"Offline", &Situations::offline, true, Outlook::refuse, 404, CacheStatus::failed,
             "offline"},
        Case{"CachedOffline", &Situations::offline_too_old, true, Outlook::cached, 200,
             CacheStatus::hit}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace larder::registry
