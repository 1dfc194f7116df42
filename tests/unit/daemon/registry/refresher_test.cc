#include "daemon/registry/refresher.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/registry/explain_fixture.h"

namespace larder::registry {
namespace {

using Outcome = RefreshReport::Outcome;
using testing::sha256_of;

constexpr char kOtherManifest[] = R"({"schemaVersion":2,"layers":[],"config":{}})";

class RefresherTest : public ExplainFixture {
 protected:
  RefreshReport refresh(const std::string& name) {
    auto report = refresher_->refresh(name);
    CHECK(report.ok());
    return *std::move(report);
  }
};

TEST_F(RefresherTest, FetchesATagThatIsNew) {
  const auto report = refresh("reg.test/app:1");

  EXPECT_EQ(report.outcome, Outcome::added);
  EXPECT_EQ(report.name, "reg.test/app:1");
  EXPECT_EQ(report.before, std::nullopt);
  EXPECT_EQ(report.now, sha256_of(manifest_));
  EXPECT_TRUE(store_->peek_document(sha256_of(manifest_)).has_value());
}

TEST_F(RefresherTest, AsksAboutATagThatIsFresh) {
  (void)pull("1");

  const auto report = refresh("reg.test/app:1");

  EXPECT_EQ(report.outcome, Outcome::unchanged);
  EXPECT_EQ(client_.count(), 2u);
}

TEST_F(RefresherTest, SeesATagThatMoved) {
  (void)pull("1");
  answer_with(kOtherManifest, kManifestType);

  const auto report = refresh("reg.test/app:1");

  EXPECT_EQ(report.outcome, Outcome::moved);
  EXPECT_EQ(report.before, sha256_of(manifest_));
  EXPECT_EQ(report.now, sha256_of(kOtherManifest));
}

TEST_F(RefresherTest, SeesATagThatIsGoneAndKeepsItsImage) {
  (void)pull("1");
  upstream_answer_ = {.status = 404};

  const auto report = refresh("reg.test/app:1");

  EXPECT_EQ(report.outcome, Outcome::gone);
  EXPECT_EQ(report.before, sha256_of(manifest_));
  EXPECT_EQ(report.now, std::nullopt);
  EXPECT_EQ(pull("1").status, 200);
}

TEST_F(RefresherTest, FetchesADigestThatIsNotCached) {
  const auto first = refresh("reg.test/app@" + digest_);
  const auto second = refresh("reg.test/app@" + digest_);

  EXPECT_EQ(first.outcome, Outcome::added);
  EXPECT_EQ(second.outcome, Outcome::unchanged);
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(RefresherTest, PassesAnOpenBreaker) {
  meet({.error = Error{Errc::upstream_down, "connection refused"}});
  ASSERT_EQ(pull("1").status, 503);

  EXPECT_EQ(refresh("reg.test/app:1").outcome, Outcome::added);
}

TEST_F(RefresherTest, WaitsAsLongAsUpstreamAsksTo) {
  meet({.status = 429, .headers = {{"Retry-After", "60"}}});
  const auto asked_before = client_.count();

  const auto by_tag = refresher_->refresh("reg.test/app:1");
  const auto by_digest = refresher_->refresh("reg.test/app@" + digest_);

  EXPECT_EQ(by_tag.error().code, Errc::upstream_down);
  EXPECT_EQ(by_digest.error().code, Errc::upstream_down);
  EXPECT_EQ(client_.count(), asked_before);
}

TEST_F(RefresherTest, ForgetsThatUpstreamDidNotHaveIt) {
  upstream_answer_ = {.status = 404};
  (void)pull("1");
  (void)pull(digest_);
  answer_with(manifest_, kManifestType);

  EXPECT_EQ(refresh("reg.test/app@" + digest_).outcome, Outcome::added);
  EXPECT_EQ(refresh("reg.test/app:1").outcome, Outcome::added);
}

TEST_F(RefresherTest, TellsWhatStandsInTheWay) {
  EXPECT_EQ(refresher_->refresh("UPPER").error().code, Errc::invalid);
  EXPECT_EQ(refresher_->refresh("evil.test/app:1").error().code, Errc::not_found);
  upstream_answer_ = {.status = 404};
  EXPECT_EQ(refresher_->refresh("reg.test/app:1").error().code, Errc::not_found);
  make(/*offline=*/true);
  EXPECT_EQ(refresher_->refresh("reg.test/app:1").error().code, Errc::denied);
  EXPECT_EQ(refresher_->refresh("reg.test/app@" + digest_).error().code, Errc::denied);
}

}  // namespace
}  // namespace larder::registry
