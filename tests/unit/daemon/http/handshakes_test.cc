#include "daemon/http/handshakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <semaphore>

#include "daemon/http/tls_server.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One thread for handshakes, which goes on only when it is let.
class HandshakesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto issued = authority_.issue();
    auto server = TlsServer::create({.certificates = {{issued.certificate_file, issued.key_file}}},
                                    "node", nullptr);
    ASSERT_TRUE(server.ok());
    tls_ = std::move(*server);
  }
  void TearDown() override { go_on_.release(100); }

  Guest& guest_from(std::string_view address) {
    auto& pair = pairs_.emplace_back();
    auto connection = pair.release();
    connection->visit().come_from(*parse_address(address));
    connection->wire().begin_tls(tls_->accept(connection->descriptor()));
    return guests_.admit(std::move(connection), Stage::handshake, {});
  }

  // Waits until so many steps were taken: whose they were.
  std::vector<Guest*> done(std::size_t count) {
    std::vector<Guest*> guests;
    while (guests.size() < count) {
      done_.acquire();
      for (const auto& done : handshakes_.take_done()) guests.push_back(done.guest);
      go_on_.release();
    }
    return guests;
  }

  testing::TestAuthority authority_;
  std::unique_ptr<TlsServer> tls_;
  std::deque<SocketPair> pairs_;
  Guests guests_{{std::chrono::seconds(1), std::chrono::seconds(1), std::chrono::seconds(1)}};
  std::counting_semaphore<> done_{0};
  std::counting_semaphore<> go_on_{0};
  Handshakes handshakes_{"node", 1, [this] {
                           done_.release();
                           go_on_.acquire();
                         }};
};

TEST_F(HandshakesTest, TakeAStepAndGiveTheGuestBack) {
  auto& guest = guest_from("10.0.0.1");

  handshakes_.step(guest);
  EXPECT_TRUE(guest.is_away);

  EXPECT_THAT(done(1), ElementsAre(&guest));
  EXPECT_FALSE(guest.is_away);
}

TEST_F(HandshakesTest, GiveEverySourceItsTurn) {
  auto& first = guest_from("10.0.0.1");
  auto& second = guest_from("10.0.0.1");
  auto& third = guest_from("10.0.0.1");
  auto& other = guest_from("10.0.0.2");
  for (auto* guest : {&first, &second, &third, &other}) handshakes_.step(*guest);

  const auto order = done(4);

  EXPECT_EQ(order.front(), &first);
  EXPECT_EQ(order.back(), &third);
}

TEST_F(HandshakesTest, DoNothingForAGuestThatIsCut) {
  auto& guest = guest_from("10.0.0.1");
  pairs_.back().send("a hello");

  guest.connection->cut();
  handshakes_.step(guest);

  EXPECT_THAT(done(1), ElementsAre(&guest));
  EXPECT_FALSE(guest.connection->wire().tls()->has_heard());
}

TEST_F(HandshakesTest, GiveAllBackWhenStopped) {
  auto& begun = guest_from("10.0.0.1");
  auto& waiting = guest_from("10.0.0.1");
  handshakes_.step(begun);
  handshakes_.step(waiting);
  done_.acquire();
  go_on_.release();

  handshakes_.stop();

  EXPECT_FALSE(begun.is_away);
  EXPECT_FALSE(waiting.is_away);
  EXPECT_THAT(handshakes_.take_done(), IsEmpty());
}

}  // namespace
}  // namespace larder::http
