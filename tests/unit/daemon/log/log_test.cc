#include "daemon/log/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "cache/base/unique_fd.h"

namespace larder::log {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Whatever is written to stderr while it lives, one datagram per write(2).
class StderrWrites {
 public:
  StderrWrites() : saved_(dup(STDERR_FILENO)) {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    read_end_.reset(pair[0]);
    dup2(pair[1], STDERR_FILENO);
    close(pair[1]);
  }
  ~StderrWrites() { dup2(saved_.get(), STDERR_FILENO); }

  std::vector<std::string> take() {
    std::vector<std::string> writes;
    std::string buffer(64 * 1024, '\0');
    ssize_t size = 0;
    while ((size = recv(read_end_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      writes.push_back(buffer.substr(0, static_cast<std::size_t>(size)));
    }
    return writes;
  }

 private:
  UniqueFd saved_;
  UniqueFd read_end_;
};

TEST(Logger, WritesALineWithOneWriteToStderr) {
  StderrWrites writes;
  Logger logger(Level::info, Format::json);

  logger.write(Level::warn, "upstream_failed", {{"text", std::string(9000, 'x')}});

  const std::vector<std::string> lines = writes.take();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_TRUE(lines[0].ends_with("\"}\n"));
  EXPECT_EQ(nlohmann::json::parse(lines[0])["event"], "upstream_failed");
}

TEST(Logger, WritesTextWhenAskedTo) {
  StderrWrites writes;
  Logger logger(Level::info, Format::text);

  logger.write(Level::info, "started", {{"address", "127.0.0.1:1"}});

  const std::vector<std::string> lines = writes.take();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(" info started address=127.0.0.1:1\n"));
}

TEST(Logger, DropsWhatIsBelowItsLevel) {
  StderrWrites writes;
  Logger logger(Level::warn, Format::json);

  logger.write(Level::info, "request");

  EXPECT_THAT(writes.take(), IsEmpty());
  EXPECT_FALSE(logger.enabled(Level::info));
  EXPECT_TRUE(logger.enabled(Level::warn));
}

TEST(Logger, ChangesItsLevelWhileItRuns) {
  StderrWrites writes;
  Logger logger(Level::warn, Format::json);

  logger.set_level(Level::debug);
  logger.write(Level::debug, "flight_started");

  EXPECT_THAT(writes.take(), SizeIs(1));
}

TEST(Logger, NeverMixesTheLinesOfTwoThreads) {
  ::testing::internal::CaptureStderr();
  Logger logger(Level::info, Format::json);
  {
    const auto write_lines = [&](char letter) {
      for (int i = 0; i < 200; ++i) logger.write(Level::info, std::string(5000, letter));
    };
    std::jthread first(write_lines, 'a');
    std::jthread second(write_lines, 'b');
  }

  std::istringstream lines(::testing::internal::GetCapturedStderr());
  int whole_lines = 0;
  for (std::string line; std::getline(lines, line);) {
    whole_lines += nlohmann::json::accept(line) ? 1 : 0;
  }
  EXPECT_EQ(whole_lines, 400);
}

TEST(Logger, SurvivesAClosedStderr) {
  const UniqueFd saved(dup(STDERR_FILENO));
  Logger logger(Level::info, Format::json);

  close(STDERR_FILENO);
  logger.write(Level::error, "nobody_reads_this");
  ASSERT_EQ(dup2(saved.get(), STDERR_FILENO), STDERR_FILENO);

  EXPECT_TRUE(logger.enabled(Level::error));
}

TEST(Level, IsReadByItsName) {
  EXPECT_EQ(parse_level("debug").value(), Level::debug);
  EXPECT_EQ(parse_level("info").value(), Level::info);
  EXPECT_EQ(parse_level("warn").value(), Level::warn);
  EXPECT_EQ(parse_level("error").value(), Level::error);
  EXPECT_EQ(parse_level("INFO").error().code, Errc::invalid);
}

TEST(Format, IsReadByItsName) {
  EXPECT_EQ(parse_format("json").value(), Format::json);
  EXPECT_EQ(parse_format("text").value(), Format::text);
  EXPECT_EQ(parse_format("").error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::log
