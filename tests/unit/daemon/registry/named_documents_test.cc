// Names that can change: their TTL, their end, and what is asked of upstream about them.
#include "daemon/registry/named_documents.h"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::sha256_of;

constexpr char kAskedType[] = "application/vnd.oci.image.manifest.v1+json";

// An upstream of one name, in this process.
class FakeOrigin final : public Origin {
 public:
  Result<upstream::FetchedManifest> fetch(
      const upstream::Ask& ask, const std::optional<cache::Digest>& version) const override {
    purposes_.push_back(ask.purpose);
    ++fetches_;
    if (error_) return *error_;
    if (version && *version != sha256_of(bytes_)) return Error{Errc::not_found, "HTTP 404"};
    if (version && lags_) return Error{Errc::not_found, "HTTP 404"};
    return upstream::FetchedManifest{sha256_of(bytes_), {kAskedType, bytes_}};
  }
  Result<Confirmed> confirm(const upstream::Ask& ask) const override {
    purposes_.push_back(ask.purpose);
    known_ = ask.known;
    if (++confirmations_ == 1 && meanwhile_) meanwhile_();
    if (error_) return *error_;
    return Confirmed{{sha256_of(bytes_), kAskedType, bytes_.size(), answers_unchanged_},
                     std::nullopt};
  }

  bool is_kept(const cache::Document&) const override { return keeps_; }

  std::string bytes_ = "{}";
  bool keeps_ = true;
  bool lags_ = false;  // its HEAD knows what its GET does not
  std::optional<Error> error_;
  bool answers_unchanged_ = false;
  std::function<void()> meanwhile_;
  mutable std::optional<cache::Digest> known_;
  mutable int fetches_ = 0;
  mutable int confirmations_ = 0;
  mutable std::vector<upstream::Purpose> purposes_;
};

class NamedDocumentsTest : public testing::RegistryFixture {
 protected:
  ~NamedDocumentsTest() override { executor_->wait(); }

  Result<DocumentAnswer> get(bool want_bytes = true) { return get(kName, want_bytes); }
  Result<DocumentAnswer> get(const cache::TagName& name, bool want_bytes = true) {
    return documents_.get(name, origin_, want_bytes, clock_.now() + seconds(3));
  }
  void go_gone() { origin_->error_ = Error{Errc::not_found, "HTTP 404"}; }
  void tick() {
    documents_.tick();
    executor_->wait();
  }

  const cache::TagName kName{"reg.test", "app", "1"};
  const cache::TagName kLongName{"reg.test", "app", "long"};
  std::shared_ptr<FakeOrigin> origin_ = std::make_shared<FakeOrigin>();
  NamedDocuments documents_{
      {},
      upstream::FreshnessRules({{"**:long", hours(24), hours(1)}, {"**", minutes(10), hours(1)}}),
      *store_,
      clock_,
      *executor_,
      *this};
};

TEST_F(NamedDocumentsTest, TellHowLongTheyAreFresh) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(4));

  EXPECT_EQ(get()->ttl, minutes(6));
}

TEST_F(NamedDocumentsTest, AreConfirmedAgainstWhatIsKnown) {
  ASSERT_TRUE(get().ok());
  origin_->answers_unchanged_ = true;
  clock_.advance(minutes(11));

  const auto answer = get(/*want_bytes=*/false);

  EXPECT_EQ(origin_->known_, sha256_of("{}"));
  EXPECT_EQ(answer->status, CacheStatus::revalidated);
  EXPECT_EQ(answer->media_type, kAskedType);
  EXPECT_EQ(answer->size_bytes, 2u);
  EXPECT_EQ(origin_->purposes_.back(), upstream::Purpose::revalidate);
}

TEST_F(NamedDocumentsTest, ThatAreTooOldToServeAreAPull) {
  ASSERT_TRUE(get().ok());
  clock_.advance(hours(2));

  ASSERT_TRUE(get().ok());

  EXPECT_EQ(origin_->purposes_.back(), upstream::Purpose::pull);
}

TEST_F(NamedDocumentsTest, ThatAreGoneStayAndSaySo) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  go_gone();

  for (int i = 0; i < 3; ++i) {
    const auto answer = get();
    ASSERT_TRUE(answer.ok()) << describe(answer.error());
    EXPECT_EQ(answer->status, CacheStatus::gone);
    EXPECT_EQ(answer->bytes, "{}");
  }

  EXPECT_EQ(origin_->confirmations_, 1) << "within the TTL of the answer nobody asks again";
  EXPECT_THAT(gone_, ElementsAre("reg.test/app:1"));
  EXPECT_EQ(stale_, "not_found");
}

TEST_F(NamedDocumentsTest, ThatAreGoneEndWithTheirStaleTime) {
  ASSERT_TRUE(get().ok());
  go_gone();
  clock_.advance(minutes(10) + hours(1));
  EXPECT_EQ(get()->status, CacheStatus::gone);

  clock_.advance(seconds(1));

  EXPECT_EQ(get().error().code, Errc::not_found);
}

TEST_F(NamedDocumentsTest, ThatAreGoneComeBack) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  go_gone();
  ASSERT_EQ(get()->status, CacheStatus::gone);
  origin_->error_.reset();
  clock_.advance(minutes(11));

  EXPECT_EQ(get()->status, CacheStatus::revalidated);
  EXPECT_EQ(get()->status, CacheStatus::hit);
}

TEST_F(NamedDocumentsTest, ThatDoNotExistAreAskedForOnceInAWhile) {
  go_gone();
  EXPECT_EQ(get().error().code, Errc::not_found);
  EXPECT_EQ(get().error().code, Errc::not_found);
  EXPECT_EQ(origin_->fetches_, 1);
  EXPECT_TRUE(documents_.standing(kName).negative.has_value());

  origin_->error_.reset();
  clock_.advance(kNegativeTime);

  EXPECT_TRUE(get().ok());
}

TEST_F(NamedDocumentsTest, AnOutageIsNoNegative) {
  origin_->error_ = Error{Errc::upstream_down, "HTTP 500"};
  EXPECT_EQ(get().error().code, Errc::upstream_down);
  origin_->error_.reset();

  EXPECT_TRUE(get().ok());
}

TEST_F(NamedDocumentsTest, ConfirmedWhileARequestWasOnItsWayAreNotAskedForAgain) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  origin_->meanwhile_ = [this] { clock_.advance(seconds(1)); };
  ASSERT_EQ(get()->status, CacheStatus::revalidated);

  EXPECT_EQ(get()->status, CacheStatus::hit);
  EXPECT_EQ(origin_->confirmations_, 1);
}

TEST_F(NamedDocumentsTest, AskUpstreamOnceForManyRequestsAtOnce) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  std::latch begin(16);
  std::vector<std::jthread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      begin.arrive_and_wait();
      for (int n = 0; n < 20; ++n) EXPECT_TRUE(get().ok());
    });
  }
  clients.clear();

  EXPECT_EQ(origin_->confirmations_, 1);
}

TEST_F(NamedDocumentsTest, InUseAreConfirmedBeforeTheirTimeIsUp) {
  ASSERT_TRUE(get().ok());
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(8));
  tick();
  EXPECT_EQ(origin_->confirmations_, 0);
  clock_.advance(seconds(110));

  tick();

  EXPECT_EQ(origin_->confirmations_, 1);
  EXPECT_EQ(origin_->purposes_.back(), upstream::Purpose::revalidate);
  EXPECT_EQ(get()->status, CacheStatus::hit);
  EXPECT_EQ(get()->ttl, minutes(10));
}

TEST_F(NamedDocumentsTest, InUseAreConfirmedBeforeTheirTimeIsUpThoughItIsADay) {
  ASSERT_TRUE(get(kLongName).ok());
  clock_.advance(minutes(1));
  ASSERT_EQ(get(kLongName)->status, CacheStatus::hit);
  clock_.advance(hours(23));
  tick();
  EXPECT_EQ(origin_->confirmations_, 0);
  clock_.advance(minutes(58) + seconds(30));

  tick();

  EXPECT_EQ(origin_->confirmations_, 1);
  EXPECT_EQ(get(kLongName)->status, CacheStatus::hit);
  EXPECT_EQ(get(kLongName)->ttl, hours(24));
}

TEST_F(NamedDocumentsTest, NobodyAsksForAreLeftAlone) {
  ASSERT_TRUE(get().ok());
  ASSERT_TRUE(get().ok());
  for (int i = 0; i < 10; ++i) {
    clock_.advance(minutes(9) + seconds(50));
    tick();
  }

  EXPECT_EQ(origin_->confirmations_, 1) << "once after its last use";
}

TEST_F(NamedDocumentsTest, ThatMovedAreFetchedInTheBackground) {
  ASSERT_TRUE(get().ok());
  ASSERT_TRUE(get().ok());
  origin_->bytes_ = R"({"v":2})";
  clock_.advance(minutes(9) + seconds(50));

  tick();

  EXPECT_EQ(get()->status, CacheStatus::hit);
  EXPECT_EQ(get()->bytes, R"({"v":2})");
  EXPECT_THAT(moved_, ElementsAre("reg.test/app:1"));
}

TEST_F(NamedDocumentsTest, AreNotConfirmedAfterTheEnd) {
  ASSERT_TRUE(get().ok());
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(9) + seconds(50));
  documents_.stop();

  tick();

  EXPECT_EQ(origin_->confirmations_, 0);
}

TEST_F(NamedDocumentsTest, AreRefreshedOnOrder) {
  ASSERT_TRUE(get().ok());
  origin_->bytes_ = R"({"v":2})";

  const auto refreshed = documents_.refresh(kName, origin_, clock_.now() + seconds(3));

  ASSERT_TRUE(refreshed.ok());
  EXPECT_EQ(refreshed->before->digest, sha256_of("{}"));
  EXPECT_EQ(refreshed->now.digest, sha256_of(R"({"v":2})"));
  EXPECT_EQ(get()->bytes, R"({"v":2})");
}

TEST_F(NamedDocumentsTest, KeepWhatTheyHaveWhenAnOrderFails) {
  ASSERT_TRUE(get().ok());
  origin_->error_ = Error{Errc::timeout, "no answer"};

  EXPECT_EQ(documents_.refresh(kName, origin_, clock_.now()).error().code, Errc::timeout);

  EXPECT_EQ(get()->status, CacheStatus::hit);
}

TEST_F(NamedDocumentsTest, AreFetchedAgainWhenTheirBytesWereEvicted) {
  ASSERT_TRUE(get().ok());
  executor_->wait();
  store_->flush();
  const cache::Digest digest = sha256_of("{}");
  ASSERT_TRUE(index_.remove_blobs({&digest, 1}).ok());
  ASSERT_TRUE(blob_files_->remove(digest).ok());

  const auto answer = get();

  EXPECT_EQ(answer->status, CacheStatus::fetched);
  EXPECT_EQ(answer->bytes, "{}");
}

TEST_F(NamedDocumentsTest, OfWhichOnlyTheHeadIsKnownFollowATagThatMoved) {
  ASSERT_TRUE(get(/*want_bytes=*/false).ok());
  origin_->bytes_ = R"({"v":2})";

  const auto answer = get();

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->bytes, R"({"v":2})");
}

TEST_F(NamedDocumentsTest, ThatNeverComeToRestAreFollowedOnce) {
  ASSERT_TRUE(get(/*want_bytes=*/false).ok());
  origin_->lags_ = true;
  origin_->meanwhile_ = [this] { origin_->bytes_ += " "; };

  EXPECT_EQ(get().error().code, Errc::not_found);

  EXPECT_EQ(origin_->confirmations_, 2);
}

TEST_F(NamedDocumentsTest, ThatMovedToWhatUpstreamLacksAreStaleNotGone) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  origin_->bytes_ = R"({"v":2})";
  origin_->lags_ = true;

  EXPECT_EQ(get()->status, CacheStatus::stale);
  EXPECT_THAT(gone_, IsEmpty());
}

TEST_F(NamedDocumentsTest, AnOlderAnswerChangesNothing) {
  ASSERT_TRUE(get().ok());
  clock_.advance(minutes(11));
  // While the question is under way, an operator's refresh finds another document.
  const auto newer = std::make_shared<FakeOrigin>();
  newer->bytes_ = R"({"v":2})";
  origin_->meanwhile_ = [&] {
    clock_.advance(seconds(1));
    ASSERT_TRUE(documents_.refresh(kName, newer, clock_.now() + seconds(3)).ok());
  };

  EXPECT_EQ(get()->bytes, R"({"v":2})");
}

TEST_F(NamedDocumentsTest, AreGoneAlthoughTheClockWasSetBack) {
  ASSERT_TRUE(get().ok());
  clock_.set_wall_back(hours(5));
  go_gone();

  EXPECT_EQ(get()->status, CacheStatus::gone);
  EXPECT_EQ(get()->status, CacheStatus::gone);
  EXPECT_EQ(origin_->confirmations_, 1);
}

TEST_F(NamedDocumentsTest, ThatAreNotWorthARowAreServedAndForgotten) {
  origin_->keeps_ = false;

  EXPECT_EQ(get()->bytes, "{}");

  EXPECT_EQ(store_->find_tag(kName), std::nullopt);
}

}  // namespace
}  // namespace larder::registry
