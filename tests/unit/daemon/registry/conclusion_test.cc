// The sentences; that they are true, explain_agrees_test.cc tells.
#include "daemon/registry/conclusion.h"

#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace larder::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::sha256_of;
using State = cache::BlobPresence::State;
using upstream::Freshness;

const Error kResting{Errc::upstream_down, "https://reg.test is not asked, until noon: it is tired",
                     "breaker"};

PartFacts part(const std::string& bytes, State state, std::uint64_t present) {
  return {PartFacts::Role::layer,
          {sha256_of(bytes), "", 1000, {}},
          {state, present, std::nullopt, false}};
}

Situation of_tag(Freshness freshness) {
  Situation situation;
  situation.standing.record = cache::TagRecord{sha256_of("a"), "", 0, {}, {}};
  situation.standing.verdict.freshness = freshness;
  situation.has_document = true;
  return situation;
}

Explanation of_parts(std::vector<PartFacts> parts) {
  Explanation explanation;
  explanation.conclusion.outlook = Outlook::cached;
  explanation.documents.push_back(
      {{sha256_of("m"), "", 0, {}}, true, ImageContents::Kind::manifest, std::move(parts)});
  explanation.is_known = true;
  explanation.tally = tally(explanation.documents);
  return explanation;
}

TEST(Conclusion, SaysWhyTheOldOneIsServed) {
  auto situation = of_tag(Freshness::stale);
  situation.no_confirm = kResting;

  const auto conclusion = conclude(situation);

  EXPECT_EQ(conclusion.outlook, Outlook::stale);
  EXPECT_THAT(conclusion.document, HasSubstr("until noon: it is tired"));
}

TEST(Conclusion, SaysWhatComesOfAConfirmation) {
  auto evicted = of_tag(Freshness::stale);
  evicted.has_document = false;

  EXPECT_THAT(conclude(of_tag(Freshness::stale)).document, HasSubstr("the cached image is served"));
  EXPECT_THAT(conclude(of_tag(Freshness::expired)).document, HasSubstr("too old"));
  EXPECT_THAT(conclude(evicted).document, HasSubstr("is fetched, which is not cached"));
}

TEST(Conclusion, OfARefusalHasItsStatusAndCause) {
  Situation situation;
  situation.no_pull = kResting;

  const auto conclusion = conclude(situation);

  EXPECT_EQ(conclusion.outlook, Outlook::refuse);
  EXPECT_EQ(conclusion.status, 503);
  EXPECT_EQ(conclusion.cause, "breaker");
  EXPECT_THAT(conclusion.document, HasSubstr("Refused with 503: https://reg.test is not asked"));
}

TEST(Tally, CountsWholePartialAndMissingParts) {
  const auto sum = of_parts({part("a", State::whole, 1000), part("b", State::partial, 300),
                             part("c", State::absent, 0)})
                       .tally;

  EXPECT_EQ(sum.parts, 3u);
  EXPECT_EQ(sum.whole, 1u);
  EXPECT_EQ(sum.bytes, 3000u);
  EXPECT_EQ(sum.present_bytes, 1300u);
  EXPECT_FALSE(sum.is_complete());
}

TEST(ConclusionOnParts, SaysWhatIsFetched) {
  auto explanation = of_parts({part("a", State::whole, 1000), part("b", State::absent, 0)});
  EXPECT_EQ(conclude_parts(explanation, {}), "Fetched from upstream: 1 of 2 parts, 1000 B.");

  explanation.documents[0].parts.push_back(part("c", State::partial, 0));
  explanation.documents[0].parts[2].presence.is_being_fetched = true;
  explanation.tally = tally(explanation.documents);

  EXPECT_EQ(conclude_parts(explanation, {}),
            "Fetched from upstream: 2 of 3 parts, 2.0 KiB; 1 of them arriving now.");
}

TEST(ConclusionOnParts, IsNoneOfARefusal) {
  auto explanation = of_parts({part("a", State::absent, 0)});
  explanation.conclusion.outlook = Outlook::refuse;

  EXPECT_THAT(conclude_parts(explanation, {}), IsEmpty());
}

TEST(OutlookText, HasAWordForEach) {
  const std::vector<std::string> words = {"cached", "confirm", "stale", "gone", "fetch", "refuse"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(to_string(static_cast<Outlook>(i)), words[i]);
  }
}

}  // namespace
}  // namespace larder::registry
