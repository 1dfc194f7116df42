#include "cache/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

namespace larder {
namespace {

TEST(Result, HoldsAValue) {
  const Result<std::string> result = std::string("value");

  EXPECT_TRUE(result.ok());
  EXPECT_EQ(*result, "value");
  EXPECT_EQ(result->size(), 5);
}

TEST(Result, HoldsAnError) {
  const Result<std::string> result = Error{Errc::timeout, "connect"};

  EXPECT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::timeout);
  EXPECT_EQ(result.error().context, "connect");
}

TEST(Result, GivesAMoveOnlyValueAway) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);

  const std::unique_ptr<int> value = std::move(result).value();

  EXPECT_EQ(*value, 7);
}

TEST(ResultDeathTest, AbortsWhenTheWrongSideIsAskedFor) {
  const Result<int> value = 1;
  const Result<int> error = Error{Errc::io, ""};

  EXPECT_DEATH((void)value.error(), "CHECK failed");
  EXPECT_DEATH((void)error.value(), "CHECK failed");
}

TEST(Status, IsOkUnlessItHoldsAnError) {
  EXPECT_TRUE(Status().ok());
  EXPECT_FALSE(Status(Error{Errc::busy, "queue"}).ok());
  EXPECT_EQ(Status(Error{Errc::busy, "queue"}).error().context, "queue");
}

TEST(StatusDeathTest, AbortsWhenThereIsNoError) {
  EXPECT_DEATH((void)Status().error(), "CHECK failed");
}

TEST(Error, TellsItsStoryFromTheTop) {
  const Error error = in_context("publish", in_context("fsync", {Errc::io, "Input/output error"}));

  EXPECT_EQ(error.code, Errc::io);
  EXPECT_EQ(describe(error), "io: publish: fsync: Input/output error");
}

TEST(Error, KeepsItsCauseOnTheWayUp) {
  EXPECT_EQ(in_context("reg.example", {Errc::upstream_down, "resting", "breaker"}).cause,
            "breaker");
}

TEST(Error, SaysWhatTheCallerCanDoAboutASystemError) {
  EXPECT_EQ(from_errno("open", ENOENT).code, Errc::not_found);
  EXPECT_EQ(from_errno("write", ENOSPC).code, Errc::no_space);
  EXPECT_EQ(from_errno("write", EDQUOT).code, Errc::no_space);
  EXPECT_EQ(from_errno("open", EACCES).code, Errc::denied);
  EXPECT_EQ(from_errno("open", EPERM).code, Errc::denied);
  EXPECT_EQ(from_errno("connect", ETIMEDOUT).code, Errc::timeout);
  EXPECT_EQ(from_errno("read", EIO).code, Errc::io);
  EXPECT_EQ(from_errno("open /x", ENOENT).context, "open /x: No such file or directory");
}

TEST(Errc, HasANameForEachCode) {
  EXPECT_EQ(to_string(Errc::not_found), "not_found");
  EXPECT_EQ(to_string(Errc::invalid), "invalid");
  EXPECT_EQ(to_string(Errc::denied), "denied");
  EXPECT_EQ(to_string(Errc::upstream_down), "upstream_down");
  EXPECT_EQ(to_string(Errc::timeout), "timeout");
  EXPECT_EQ(to_string(Errc::cancelled), "cancelled");
  EXPECT_EQ(to_string(Errc::no_space), "no_space");
  EXPECT_EQ(to_string(Errc::corrupt), "corrupt");
  EXPECT_EQ(to_string(Errc::busy), "busy");
  EXPECT_EQ(to_string(Errc::io), "io");
}

}  // namespace
}  // namespace larder
