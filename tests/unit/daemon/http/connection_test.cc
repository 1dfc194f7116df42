#include "daemon/http/connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using Received = Connection::Received;

TEST(Connection, ReceivesWithoutWaiting) {
  SocketPair pair;

  EXPECT_EQ(pair.connection().receive(100), Received::nothing);
  pair.send("hello");
  EXPECT_EQ(pair.connection().receive(100), Received::bytes);

  EXPECT_EQ(pair.connection().received(), "hello");
}

TEST(Connection, ReceivesNoMoreThanItMayHold) {
  SocketPair pair;
  pair.send("hello world");

  EXPECT_EQ(pair.connection().receive(5), Received::bytes);
  EXPECT_EQ(pair.connection().received(), "hello");
  EXPECT_EQ(pair.connection().receive(5), Received::nothing);

  pair.connection().consume(3);
  EXPECT_EQ(pair.connection().receive(5), Received::bytes);
  EXPECT_EQ(pair.connection().received(), "lo wo");
}

TEST(Connection, ReceivesWhatCameBeforeTheEnd) {
  SocketPair pair;
  pair.send("bye");
  pair.close_peer();

  EXPECT_EQ(pair.connection().receive(100), Received::bytes);
  EXPECT_EQ(pair.connection().receive(100), Received::closed);
  EXPECT_EQ(pair.connection().received(), "bye");
}

TEST(Connection, FindsAHeadEndThatComesByteByByte) {
  SocketPair pair;
  auto& connection = pair.connection();

  for (const char c : std::string("a\r\n\r")) {
    pair.send({&c, 1});
    connection.receive(100);
    EXPECT_EQ(connection.head_end(), std::nullopt);
  }
  pair.send("\nrest");
  connection.receive(100);

  EXPECT_EQ(connection.head_end(), 5U);
}

TEST(Connection, FindsTheNextHeadAfterTheFirstIsConsumed) {
  SocketPair pair;
  auto& connection = pair.connection();
  pair.send("a\r\n\r\nbc\r\n\r\n");
  connection.receive(100);

  EXPECT_EQ(connection.head_end(), 5U);
  connection.consume(5);

  EXPECT_EQ(connection.head_end(), 6U);
}

TEST(Connection, DiscardsWhatThePeerSends) {
  SocketPair pair;
  pair.send("one");
  pair.connection().receive(100);
  pair.send("two");

  EXPECT_EQ(pair.connection().discard(), Received::bytes);
  EXPECT_EQ(pair.connection().discard(), Received::nothing);
  EXPECT_EQ(pair.connection().received(), "");
}

TEST(Connection, GathersSmallWritesUntilFlushed) {
  SocketPair pair;
  auto& connection = pair.connection();

  EXPECT_TRUE(connection.write("head ").ok());
  EXPECT_TRUE(connection.write("body").ok());
  EXPECT_EQ(connection.sent_bytes(), 0U);
  EXPECT_EQ(connection.first_sent(), std::nullopt);
  EXPECT_TRUE(connection.flush().ok());

  EXPECT_EQ(pair.receive(), "head body");
  EXPECT_EQ(connection.sent_bytes(), 9U);
  EXPECT_TRUE(connection.first_sent().has_value());
}

TEST(Connection, SendsALargeWriteAtOnceBehindWhatItGathered) {
  SocketPair pair;
  const std::string body(40'000, 'b');

  EXPECT_TRUE(pair.connection().write("head").ok());
  EXPECT_TRUE(pair.connection().write(body).ok());

  EXPECT_TRUE(pair.receive() == "head" + body);
}

TEST(Connection, CountsEachAnswerByItself) {
  SocketPair pair;
  auto& connection = pair.connection();
  EXPECT_TRUE(connection.write("first").ok());
  EXPECT_TRUE(connection.flush().ok());

  connection.begin_answer();

  EXPECT_EQ(connection.sent_bytes(), 0U);
  EXPECT_EQ(connection.first_sent(), std::nullopt);
}

TEST(Connection, ForgetsWhatWasNotSent) {
  SocketPair pair;
  EXPECT_TRUE(pair.connection().write("never").ok());

  pair.connection().drop_unsent();
  EXPECT_TRUE(pair.connection().write("now").ok());
  EXPECT_TRUE(pair.connection().flush().ok());

  EXPECT_EQ(pair.receive(), "now");
}

TEST(Connection, SendsPartOfAFileBehindWhatItGathered) {
  const testing::TempDirectory directory;
  const UniqueFd file(::open((directory.path() / "f").c_str(), O_RDWR | O_CREAT, 0600));
  ASSERT_EQ(::write(file.get(), "0123456789", 10), 10);
  SocketPair pair;

  EXPECT_TRUE(pair.connection().write("head ").ok());
  EXPECT_TRUE(pair.connection().write_file(file.get(), 2, 5).ok());

  EXPECT_EQ(pair.receive(), "head 23456");
  EXPECT_EQ(pair.connection().sent_bytes(), 10U);
}

TEST(Connection, TellsOfAFileThatEndsEarly) {
  const testing::TempDirectory directory;
  const UniqueFd file(::open((directory.path() / "f").c_str(), O_RDWR | O_CREAT, 0600));
  SocketPair pair;

  EXPECT_EQ(pair.connection().write_file(file.get(), 0, 5).error().code, Errc::io);
}

TEST(Connection, GivesUpOnAPeerThatTakesNothing) {
  SocketPair pair(std::chrono::milliseconds(20));

  const auto sent = pair.connection().write(std::string(8 * 1024 * 1024, 'x'));

  EXPECT_EQ(sent.error().code, Errc::timeout);
  EXPECT_GT(pair.connection().sent_bytes(), 0U);
  EXPECT_LT(pair.connection().sent_bytes(), 8U * 1024 * 1024);
}

TEST(Connection, TellsThatThePeerIsGone) {
  SocketPair pair;
  pair.close_peer();
  EXPECT_TRUE(pair.connection().write("x").ok());

  const auto sent = pair.connection().flush();

  EXPECT_EQ(sent.error().code, Errc::cancelled);
  EXPECT_EQ(sent.error().context, "the peer closed the connection");
}

TEST(Connection, TellsThatItWasCut) {
  SocketPair pair;
  pair.connection().cut();
  EXPECT_TRUE(pair.connection().write("x").ok());

  EXPECT_EQ(pair.connection().flush().error().context, "cut by the server");
  EXPECT_TRUE(pair.ended());
}

TEST(Connection, IsCountedWhileItExists) {
  SocketPair pair;
  EXPECT_EQ(pair.open(), 1U);

  pair.release().reset();

  EXPECT_EQ(pair.open(), 0U);
  EXPECT_TRUE(pair.ended());
}

}  // namespace
}  // namespace larder::http
