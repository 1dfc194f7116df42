#include "daemon/http/send_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using Source = SendQueue::Source;

constexpr std::uint64_t kPiece = 50'000;  // 50 ms at 1 MB/s

// Senders of some sources that always have something to send, and a clock.
class SendQueueTest : public ::testing::Test {
 protected:
  void add(char name, Source& source) { senders_.push_back({name, {&source}}); }

  // Who may send in the next `time`, in order.
  std::string sent_in(milliseconds time) {
    std::string names;
    for (const auto end = now_ + time; now_ < end; now_ += milliseconds(1)) {
      for (auto& [name, sender] : senders_) {
        if (queue_.ask(sender, kPiece, now_) <= now_) names += name;
      }
    }
    return names;
  }

  struct Named {
    char name;
    SendQueue::Sender sender;
  };
  SendQueue queue_{1'000'000};
  MonoTime now_{std::chrono::hours(1)};
  std::vector<Named> senders_;
};

TEST_F(SendQueueTest, LetsSourcesGoInTurnHoweverManyConnectionsTheyHave) {
  Source many{ByteRate(0)};
  Source one{ByteRate(0)};
  for (int i = 0; i < 20; ++i) add('m', many);
  sent_in(milliseconds(1000));
  add('o', one);

  const auto sent = sent_in(milliseconds(1000));

  EXPECT_EQ(sent, "momomomomomomomomomo");
}

TEST_F(SendQueueTest, GivesWhatOneSourceLeavesToTheOthers) {
  Source idle{ByteRate(0)};
  Source busy{ByteRate(0)};
  add('i', idle);
  sent_in(milliseconds(500));
  queue_.give_up(senders_.front().sender);
  senders_.clear();
  add('b', busy);

  EXPECT_EQ(sent_in(milliseconds(500)), std::string(10, 'b'));
}

TEST_F(SendQueueTest, KeepsASourceToItsOwnRateAndNobodyElse) {
  Source slow{ByteRate(200'000)};
  Source fast{ByteRate(0)};
  add('s', slow);
  add('s', slow);
  add('f', fast);
  sent_in(milliseconds(1000));

  const auto sent = sent_in(milliseconds(1000));

  EXPECT_EQ(std::count(sent.begin(), sent.end(), 's'), 4);
  EXPECT_EQ(std::count(sent.begin(), sent.end(), 'f'), 16);
}

TEST_F(SendQueueTest, SaysWhenItIsWorthAskingAgain) {
  Source source{ByteRate(0)};
  SendQueue::Sender first{&source};
  SendQueue::Sender second{&source};
  while (queue_.ask(first, kPiece, now_) <= now_) {
  }

  EXPECT_EQ(queue_.ask(second, kPiece, now_), queue_.ask(first, kPiece, now_) + milliseconds(50));

  queue_.give_up(first);
  EXPECT_EQ(queue_.ask(second, kPiece, now_), now_ + milliseconds(50));
}

TEST_F(SendQueueTest, KnowsWhoHasHadMoreThanHisShare) {
  Source much{ByteRate(0)};
  Source little{ByteRate(0)};
  add('m', much);
  add('m', much);
  add('l', little);
  sent_in(milliseconds(510));

  EXPECT_FALSE(queue_.is_even(much, now_));

  for (auto& [name, sender] : senders_) queue_.give_up(sender);
  senders_.erase(senders_.begin(), senders_.begin() + 2);
  sent_in(milliseconds(200));
  EXPECT_TRUE(queue_.is_even(much, now_));
}

TEST_F(SendQueueTest, WithoutARateOfItsOwnKnowsOnlyThoseOfTheSources) {
  SendQueue queue(0);
  Source slow{ByteRate(1'000'000)};
  Source fast{ByteRate(0)};
  SendQueue::Sender of_slow{&slow};
  SendQueue::Sender of_fast{&fast};
  while (queue.ask(of_slow, kPiece, now_) <= now_) {
  }

  for (int i = 0; i < 100; ++i) EXPECT_LE(queue.ask(of_fast, kPiece, now_), now_);
}

}  // namespace
}  // namespace larder::http
