// What the index reader is told and what it answers; what it finds is lmdb_reading_test.cc's.
#include "cache/index_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace larder::cache {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

TEST(IndexReader, IsToldEverythingByItsArguments) {
  const IndexReaderTask told{
      .index = {.directory = "/a cache/index", .map_bytes = 4ULL << 40, .readers_max = 17},
      .access = IndexAccess::beside_us,
      .parent = 4711};

  const auto heard = parse_reader_arguments(to_arguments(told)).value();

  EXPECT_EQ(heard.index.directory, told.index.directory);
  EXPECT_EQ(heard.index.map_bytes, told.index.map_bytes);
  EXPECT_EQ(heard.index.readers_max, told.index.readers_max);
  EXPECT_EQ(heard.access, told.access);
  EXPECT_EQ(heard.parent, told.parent);
}

TEST(IndexReader, RefusesWhatNoLarderTellsIt) {
  for (const Arguments& bad : std::vector<Arguments>{{},
                                                     {"/index"},
                                                     {"/index", "1", "1", "alone"},
                                                     {"/index", "1", "1", "alone", "1", "1"},
                                                     {"", "1", "1", "alone", "1"},
                                                     {"/index", "", "1", "alone", "1"},
                                                     {"/index", "-1", "1", "alone", "1"},
                                                     {"/index", "1x", "1", "alone", "1"},
                                                     {"/index", "1", "4294967296", "alone", "1"},
                                                     {"/index", "1", "1", "together", "1"},
                                                     {"/index", "1", "1", "alone", " 1"}}) {
    EXPECT_FALSE(parse_reader_arguments(bad)) << ::testing::PrintToString(bad);
  }
}

TEST(IndexReader, EndsWith2WhenItIsStartedByHand) {
  ::testing::internal::CaptureStderr();

  EXPECT_EQ(run_index_reader(Arguments{"--help"}), 2);

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("started by larder"));
}

TEST(IndexReader, AnswersWhatItFound) {
  EXPECT_TRUE(parse_reader_answer(to_reader_answer({})).ok());
  for (const Errc code : {Errc::not_found, Errc::corrupt, Errc::cancelled, Errc::io}) {
    const Status heard = parse_reader_answer(to_reader_answer(Error{code, "index: a: b"}));
    EXPECT_EQ(heard.error().code, code);
    EXPECT_EQ(heard.error().context, "index: a: b");
  }
}

TEST(IndexReader, AnswersWithNoMoreThanAPipeTakes) {
  const Error endless{Errc::corrupt, std::string(100'000, 'x')};

  const std::string answer = to_reader_answer(endless);

  EXPECT_EQ(answer.size(), kReaderAnswerBytesMax);
  EXPECT_EQ(parse_reader_answer(answer).error().code, Errc::corrupt);
}

TEST(IndexReader, IsBelievedOnlyWhenItAnswers) {
  for (const std::string other : {"", "goo", "good ", "corrupt", "corrupt:", "hello", "good\n"}) {
    EXPECT_EQ(parse_reader_answer(other).error().code, Errc::io) << other;
  }
}

TEST(IndexReader, IsEndedWhenItHasWorkedForTooLong) {
  const pid_t child = ::fork();
  if (child == 0) {
    become_harmless(std::chrono::seconds(1));
    for (;;) {
    }
  }

  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGXCPU);
}

}  // namespace
}  // namespace larder::cache
