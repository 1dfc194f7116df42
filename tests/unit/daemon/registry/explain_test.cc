// What is told of a name: its way, its tag, its documents and their parts.
#include "daemon/registry/explain.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/registry/explain_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::sha256_of;
using ::testing::SizeIs;
using State = cache::BlobPresence::State;

class ExplainTest : public ExplainFixture {
 protected:
  // A manifest with a config and a layer is cached; of these, what the test fetches.
  void cache_manifest() { (void)pull("1"); }
  void cache_blob(const std::string& bytes) {
    (void)testing::read_range(*open(sha256_of(bytes), {source(bytes)}), 0);
    executor_->wait();
  }
  void cache_part_of_layer() {
    const auto part =
        source(layer_, {.fails_at = 1 << 20, .failure = Error{Errc::not_found, "gone"}});
    (void)testing::read_range(*open(sha256_of(layer_), {part}), 0);
    executor_->wait();
  }
  std::string for_platform(const std::string& manifest, const std::string& architecture) {
    return descriptor(manifest,
                      R"(,"platform":{"os":"linux","architecture":")" + architecture + R"("})");
  }
};

TEST_F(ExplainTest, SaysWhereANameLeads) {
  const auto hub = explain("redis");
  const auto other = explain("reg.test/app:1");

  EXPECT_EQ(hub.name, "docker.io/library/redis:latest");
  EXPECT_EQ(hub.route.upstream->name, "docker.io");
  EXPECT_EQ(hub.route.repository, "library/redis");
  EXPECT_EQ(other.name, "reg.test/app:1");
  EXPECT_EQ(other.route.rule, "reg.test");
  ASSERT_THAT(other.route.upstream->endpoints, SizeIs(1));
  EXPECT_EQ(other.route.upstream->endpoints[0].url, "https://reg.test");
}

TEST_F(ExplainTest, SaysThatNoRuleMatches) {
  const auto explanation = explain("evil.test/team/app:1");

  EXPECT_EQ(explanation.route.host, "evil.test");
  EXPECT_THAT(explanation.route.rule, IsEmpty());
  EXPECT_FALSE(explanation.route.upstream.has_value());
  EXPECT_EQ(explanation.conclusion.outlook, Outlook::refuse);
  EXPECT_EQ(explanation.conclusion.status, 404);
  EXPECT_THAT(explanation.conclusion.document, HasSubstr("no upstream matches host evil.test"));
}

TEST_F(ExplainTest, RefusesWhatIsNoName) {
  for (const char* const name : {"", ":", "UPPER", "a b", "app@sha256:ab", "a//b", "-a:1"}) {
    EXPECT_EQ(explainer_->explain(name).error().code, Errc::invalid) << name;
  }
}

TEST_F(ExplainTest, TellsATagsAge) {
  const WallTime began = clock_.wall();
  cache_manifest();
  clock_.advance(minutes(16));

  const auto tag = explain("reg.test/app:1").tag;

  ASSERT_TRUE(tag.has_value());
  EXPECT_EQ(tag->record.digest, sha256_of(manifest_));
  EXPECT_EQ(tag->record.fetched_at, began);
  EXPECT_EQ(tag->freshness, upstream::Freshness::stale);
  EXPECT_EQ(tag->rule, "**");
  EXPECT_EQ(tag->ttl, minutes(15));
  EXPECT_EQ(tag->ttl_left, -minutes(1));
  EXPECT_EQ(tag->servable_until, began + minutes(75));
}

TEST_F(ExplainTest, CountsThePartsOfAnImage) {
  cache_manifest();
  cache_blob(config_);
  cache_part_of_layer();

  const auto explanation = explain("reg.test/app:1");

  ASSERT_THAT(explanation.documents, SizeIs(1));
  const auto& parts = explanation.documents[0].parts;
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(parts[0].role, PartFacts::Role::config);
  EXPECT_EQ(parts[0].presence.state, State::whole);
  EXPECT_EQ(parts[1].role, PartFacts::Role::layer);
  EXPECT_EQ(parts[1].presence.state, State::partial);
  EXPECT_EQ(explanation.tally.present_bytes, 1000u + (1 << 20));
  EXPECT_EQ(explanation.conclusion.parts, "Fetched from upstream: 1 of 2 parts, 2.0 MiB.");
}

TEST_F(ExplainTest, SaysThatAnImageIsAllThere) {
  cache_manifest();
  cache_blob(config_);
  cache_blob(layer_);

  const auto explanation = explain("reg.test/app:1");

  EXPECT_TRUE(explanation.is_known);
  EXPECT_TRUE(explanation.tally.is_complete());
  EXPECT_THAT(explanation.conclusion.parts, HasSubstr("every part is on disk"));
}

TEST_F(ExplainTest, ShowsWhatIsArriving) {
  cache_manifest();
  cache_blob(config_);
  const auto slow = source(layer_, {.holds_at = 1 << 20});
  const auto reader = open(sha256_of(layer_), {slow});
  slow->wait_until_held();

  const auto explanation = explain("reg.test/app:1");

  EXPECT_TRUE(explanation.documents[0].parts[1].presence.is_being_fetched);
  EXPECT_EQ(explanation.conclusion.parts, "Arriving now: 1 of 2 parts, 2.0 MiB.");
}

TEST_F(ExplainTest, SaysWhyPartsCannotBeHad) {
  cache_manifest();
  meet({.error = Error{Errc::upstream_down, "connection refused"}});
  const auto unreachable = explain("reg.test/app:1");
  make(/*offline=*/true);
  const auto offline = explain("reg.test/app:1");

  EXPECT_THAT(unreachable.conclusion.parts, HasSubstr("Cannot be fetched now: 2 of 2 parts"));
  EXPECT_THAT(unreachable.conclusion.parts, HasSubstr("connection refused"));
  EXPECT_THAT(offline.conclusion.parts, HasSubstr("Not to be had offline"));
}

TEST_F(ExplainTest, FollowsAnIndexToThisNodesManifest) {
  answer_with(R"({"manifests":[)" + for_platform("{}", "arm64") + "," +
                  for_platform(manifest_, "amd64") + "," + descriptor("attestation") + "]}",
              kIndexType);
  cache_manifest();
  const auto without_child = explain("reg.test/app:1");
  ASSERT_TRUE(store_->put_document(sha256_of(manifest_), {kManifestType, manifest_}).ok());

  const auto with_child = explain("reg.test/app:1");

  EXPECT_FALSE(without_child.is_known);
  EXPECT_THAT(without_child.conclusion.parts, HasSubstr("manifest for linux/amd64 is not cached"));
  ASSERT_THAT(with_child.documents, SizeIs(2));
  EXPECT_EQ(with_child.documents[0].kind, ImageContents::Kind::index);
  EXPECT_THAT(with_child.documents[0].other_platforms, SizeIs(2));
  EXPECT_EQ(with_child.documents[1].what.digest, sha256_of(manifest_));
  EXPECT_EQ(with_child.tally.parts, 2u);
}

TEST_F(ExplainTest, SaysThatAnIndexHasNothingForThisNode) {
  answer_with(R"({"manifests":[)" + for_platform("{}", "arm64") + "]}", kIndexType);
  cache_manifest();

  const auto explanation = explain("reg.test/app:1");

  EXPECT_TRUE(explanation.documents[0].has_no_platform);
  EXPECT_EQ(explanation.conclusion.parts, "There is nothing in it for linux/amd64.");
}

TEST_F(ExplainTest, KnowsNothingOfWhatItCannotRead) {
  answer_with(R"({"schemaVersion":2})", "application/vnd.example+json");
  cache_manifest();

  const auto explanation = explain("reg.test/app:1");

  EXPECT_FALSE(explanation.is_known);
  EXPECT_EQ(explanation.conclusion.parts, "It is no image whose parts Larder knows.");
}

TEST_F(ExplainTest, CountsAsNoUse) {
  cache_manifest();
  executor_->wait();
  store_->flush();

  (void)explain("reg.test/app:1");

  EXPECT_FALSE(uses_.is_used(sha256_of(manifest_)));
}

}  // namespace
}  // namespace larder::registry
