#include "daemon/http/turn.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

MonoTime deadline() {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
}

TEST(Turn, IsAwaitedUntilItsEnd) {
  RunningTurns running;
  SocketPair pair;
  Turn turn(running, pair.release(), {});

  EXPECT_FALSE(running.wait_until_empty(deadline()));
  turn.end();

  EXPECT_TRUE(running.wait_until_empty(deadline()));
  EXPECT_TRUE(pair.ended());
}

TEST(Turn, EndsWhenItIsDroppedUnrun) {
  RunningTurns running;
  SocketPair pair;

  { const Turn turn(running, pair.release(), {}); }

  EXPECT_TRUE(running.wait_until_empty(deadline()));
  EXPECT_TRUE(pair.ended());
}

TEST(Turn, WakesWhoeverWaits) {
  RunningTurns running;
  SocketPair pair;
  auto turn = std::make_unique<Turn>(running, pair.release(), ReceivedRequest{});

  std::thread worker([&] { turn.reset(); });
  running.wait_until_empty();

  worker.join();
  EXPECT_TRUE(pair.ended());
}

TEST(RunningTurns, CutTheirConnections) {
  RunningTurns running;
  SocketPair pair;
  const Turn turn(running, pair.release(), {});
  EXPECT_FALSE(running.was_cut());

  running.cut();

  EXPECT_TRUE(running.was_cut());
  EXPECT_TRUE(pair.ended());
}

TEST(RunningTurns, LeaveAReleasedConnectionAlone) {
  RunningTurns running;
  SocketPair pair;
  Turn turn(running, pair.release(), {});

  const auto connection = turn.release();
  running.cut();
  turn.end();

  EXPECT_FALSE(pair.ended());
  EXPECT_EQ(pair.open(), 1U);
}

}  // namespace
}  // namespace larder::http
