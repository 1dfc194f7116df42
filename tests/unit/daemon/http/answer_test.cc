// One answer on a bare connection; answers of a whole server are in server_answer_test.cc.
#include "daemon/http/answer.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/http/server_fixture.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

Request request_of(std::string method) {
  return {std::move(method), "/", {}, "peer", "node"};
}

// A body of two bytes, of which it has only the first.
class HalfBody final : public Body {
 public:
  std::uint64_t size_bytes() const override { return 2; }
  Result<cache::Piece> read(std::uint64_t offset, std::uint64_t) override {
    if (offset == 1) return Error{Errc::upstream_down, "gone"};
    return cache::Piece{nullptr, 0, std::as_bytes(std::span("x", 1)), 1};
  }
};

class AnswerStepsTest : public ::testing::Test {
 protected:
  SocketPair pair_;
  LambdaHandler handler_;
};

TEST_F(AnswerStepsTest, LeavesWholeAndIsTold) {
  handler_.respond = [](const Request&) {
    auto response = response_of(200, "body");
    response.admission = Admission{.subject = "jane"};
    return response;
  };
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());

  answer.ask_handler();
  EXPECT_TRUE(answer.write_head("head "));
  EXPECT_TRUE(answer.write(answer.take_bytes().value_or("")));
  EXPECT_EQ(answer.finish(), Answer::Outcome::whole);

  EXPECT_EQ(pair_.receive(), "head body");
  EXPECT_EQ(handler_.wait_for_exchange()->body_bytes_sent, 4U);
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
  EXPECT_EQ(handler_.wait_for_exchange()->admission->subject, "jane");
}

TEST_F(AnswerStepsTest, IsCutWhenItsBodyIsNotWritten) {
  handler_.respond = [](const Request&) { return response_of(200, "body"); };
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());

  answer.ask_handler();
  EXPECT_TRUE(answer.write_head("head "));

  EXPECT_EQ(answer.finish(), Answer::Outcome::cut);
  EXPECT_FALSE(handler_.wait_for_exchange()->complete);
}

TEST_F(AnswerStepsTest, SendsNothingAfterItsBodyFailed) {
  handler_.respond = [](const Request&) { return response_of(200, std::make_unique<HalfBody>()); };
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());

  answer.ask_handler();
  EXPECT_TRUE(answer.write_head("head "));
  EXPECT_TRUE(answer.stage(0, 2));
  EXPECT_TRUE(answer.send_staged());
  EXPECT_FALSE(answer.stage(1, 1));

  EXPECT_FALSE(answer.can_go_on());
  EXPECT_FALSE(answer.write("more"));
  EXPECT_EQ(answer.finish(), Answer::Outcome::cut);
  EXPECT_EQ(pair_.receive(), "head x");
  EXPECT_EQ(handler_.wait_for_exchange()->failure, "upstream_down: gone");
}

TEST_F(AnswerStepsTest, IsReplacedWhenItFailedBeforeItLeft) {
  handler_.respond = [](const Request&) { return response_of(200, std::make_unique<HalfBody>()); };
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());

  answer.ask_handler();
  EXPECT_TRUE(answer.write_head("head "));
  answer.fail("out of luck");

  EXPECT_EQ(answer.finish(), Answer::Outcome::replaced);
  EXPECT_TRUE(pair_.receive().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(handler_.wait_for_exchange()->status, 503);
}

TEST_F(AnswerStepsTest, HasStatusZeroWhenNothingLeft) {
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());
  answer.ask_handler();
  EXPECT_TRUE(answer.write_head("head "));
  pair_.close_peer();

  EXPECT_EQ(answer.finish(), Answer::Outcome::cut);

  EXPECT_EQ(handler_.wait_for_exchange()->status, 0);
  EXPECT_EQ(handler_.wait_for_exchange()->failure, "the peer closed the connection");
}

TEST_F(AnswerStepsTest, OwesNoBodyToHead) {
  handler_.respond = [](const Request&) { return response_of(200, "body"); };
  Answer answer(handler_, pair_.connection(), request_of("HEAD"), MonoTime());

  answer.ask_handler();

  EXPECT_TRUE(answer.is_to_head());
  EXPECT_EQ(answer.body_bytes(), 0U);
  EXPECT_EQ(answer.fields("now", /*close=*/false).find("Content-Length"), "4");
}

TEST_F(AnswerStepsTest, NeverReachedTheHandlerIsNotTold) {
  Answer answer(handler_, pair_.connection(), request_of("GET"), MonoTime());

  EXPECT_EQ(answer.finish(), Answer::Outcome::cut);

  EXPECT_EQ(handler_.finished_count(), 0U);
}

}  // namespace
}  // namespace larder::http
