// What upstream says of a name that can change, where it does not say the same to everybody.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "daemon/registry/named_documents.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::sha256_of;

// A registry that says 404 to whoever has no right, in this process.
struct HidingRegistry {
  Status ask(const std::string& asker) {
    asked.push_back(asker);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    return allowed.contains(asker) ? Status() : Error{Errc::not_found, "HTTP 404"};
  }

  std::string bytes = "{}";
  std::set<std::string> allowed;
  std::vector<std::string> asked;
  std::function<void()> meanwhile;
};

class OriginInAName final : public Origin {
 public:
  OriginInAName(HidingRegistry& registry, std::string asker)
      : registry_(registry), asker_(std::move(asker)) {}

  std::string asker() const override { return asker_; }

  Result<upstream::FetchedManifest> fetch(const upstream::Ask&,
                                          const std::optional<cache::Digest>&) const override {
    if (Status asked = registry_.ask(asker_); !asked.ok()) return asked.error();
    return upstream::FetchedManifest{sha256_of(registry_.bytes), {"m", registry_.bytes}};
  }

 private:
  HidingRegistry& registry_;
  const std::string asker_;
};

class HeardInANameTest : public testing::RegistryFixture {
 protected:
  HeardInANameTest() { upstream_.allowed = {kAlice}; }
  ~HeardInANameTest() override { executor_->wait(); }

  Result<DocumentAnswer> get(const std::string& asker) {
    return get(asker, clock_.now() + seconds(3));
  }
  // Without waiting for what somebody else has asked.
  Result<DocumentAnswer> get_at_once(const std::string& asker) { return get(asker, MonoTime{}); }
  auto times_asked(const std::string& asker) const {
    return std::count(upstream_.asked.begin(), upstream_.asked.end(), asker);
  }

  const std::string kAlice = "as alice ";
  const std::string kBob = "as bob ";
  const std::string kLarder;
  const std::string kMoved = R"({"v":2})";
  cache::TagName name_{"reg.test", "app", "1"};
  HidingRegistry upstream_;
  NamedDocuments documents_{
      {},
      upstream::FreshnessRules({{"**:short", seconds(2), hours(1)}, {"**", minutes(10), hours(1)}}),
      *store_,
      clock_,
      *executor_,
      *this};

 private:
  Result<DocumentAnswer> get(const std::string& asker, MonoTime deadline) {
    return documents_.get(name_, std::make_shared<OriginInAName>(upstream_, asker),
                          /*want_bytes=*/true, deadline);
  }
};

TEST_F(HeardInANameTest, OfLarderItselfEndsNothingForATenant) {
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));
  ASSERT_EQ(get(kLarder)->status, CacheStatus::gone);
  upstream_.bytes = kMoved;

  const auto answer = get(kAlice);

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->bytes, kMoved);
}

TEST_F(HeardInANameTest, OfATenantEndsNothingForOthers) {
  upstream_.allowed = {kAlice, kLarder};
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));

  EXPECT_EQ(get(kBob)->status, CacheStatus::gone);

  EXPECT_THAT(gone_, IsEmpty());
  EXPECT_FALSE(store_->find_tag(name_)->is_gone());
  EXPECT_EQ(get(kLarder)->status, CacheStatus::revalidated);
}

TEST_F(HeardInANameTest, OfATenantHidesNothingFromOthers) {
  upstream_.allowed = {kAlice, kLarder};
  ASSERT_EQ(get(kBob).error().code, Errc::not_found);
  EXPECT_EQ(documents_.standing(name_).negative, std::nullopt);

  EXPECT_TRUE(get(kAlice).ok());
}

TEST_F(HeardInANameTest, OfLarderItselfHidesNothingFromATenant) {
  ASSERT_EQ(get(kLarder).error().code, Errc::not_found);

  EXPECT_TRUE(get(kAlice).ok());
}

TEST_F(HeardInANameTest, OfATenantIsAskedForOnceInAWhile) {
  ASSERT_EQ(get(kBob).error().code, Errc::not_found);
  ASSERT_EQ(get(kBob).error().code, Errc::not_found);
  EXPECT_EQ(times_asked(kBob), 1);
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));

  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(kBob)->status, CacheStatus::gone);
  EXPECT_EQ(times_asked(kBob), 2);
  clock_.advance(kNegativeTime);

  EXPECT_EQ(get(kBob)->status, CacheStatus::gone);
  EXPECT_EQ(times_asked(kBob), 3);
}

TEST_F(HeardInANameTest, OfATenantIsAskedForAgainAfterItsTtl) {
  name_.tag = "short";
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(seconds(2));
  upstream_.allowed = {};
  ASSERT_EQ(get(kAlice)->status, CacheStatus::gone);
  upstream_.allowed = {kAlice};
  EXPECT_EQ(get(kAlice)->status, CacheStatus::gone);

  clock_.advance(seconds(2));

  EXPECT_EQ(get(kAlice)->status, CacheStatus::revalidated);
}

TEST_F(HeardInANameTest, OfATenantIsNotAskedForInTheBackground) {
  ASSERT_TRUE(get(kAlice).ok());
  ASSERT_EQ(get(kAlice)->status, CacheStatus::hit);
  clock_.advance(minutes(9) + seconds(50));

  documents_.tick();
  executor_->wait();

  EXPECT_THAT(upstream_.asked, ElementsAre(kAlice));
}

TEST_F(HeardInANameTest, OfATenantIsConfirmedInHisNamePastItsTime) {
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));

  EXPECT_EQ(get(kAlice)->status, CacheStatus::revalidated);

  EXPECT_THAT(upstream_.asked, ElementsAre(kAlice, kAlice));
}

TEST_F(HeardInANameTest, OfOneTenantIsNoAnswerToAnotherWhoAsksMeanwhile) {
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));
  upstream_.bytes = kMoved;
  std::optional<Result<DocumentAnswer>> meanwhile;
  upstream_.meanwhile = [&] { meanwhile = get_at_once(kAlice); };

  (void)get(kBob);

  ASSERT_TRUE(meanwhile && meanwhile->ok());
  EXPECT_EQ((*meanwhile)->bytes, kMoved);
}

TEST_F(HeardInANameTest, OfOneTenantIsNoAnswerToAnotherWhoFetchesMeanwhile) {
  std::optional<Result<DocumentAnswer>> meanwhile;
  upstream_.meanwhile = [&] { meanwhile = get_at_once(kAlice); };

  EXPECT_EQ(get(kBob).error().code, Errc::not_found);

  ASSERT_TRUE(meanwhile.has_value());
  EXPECT_TRUE(meanwhile->ok()) << describe(meanwhile->error());
}

TEST_F(HeardInANameTest, OfLarderItselfMeanwhileDoesNotOutweighATenantsAnswer) {
  ASSERT_TRUE(get(kAlice).ok());
  clock_.advance(minutes(11));
  upstream_.bytes = kMoved;
  upstream_.meanwhile = [&] {
    clock_.advance(seconds(1));
    EXPECT_EQ(get_at_once(kLarder)->status, CacheStatus::gone);
  };

  EXPECT_EQ(get(kAlice)->bytes, kMoved);
}

}  // namespace
}  // namespace larder::registry
