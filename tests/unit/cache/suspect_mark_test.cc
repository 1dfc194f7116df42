#include "cache/suspect_mark.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::TempDirectory;
using ::testing::KilledBySignal;

class SuspectMark : public ::testing::Test {
 protected:
  bool is_left() const { return std::filesystem::exists(mark_); }

  TempDirectory directory_;
  std::filesystem::path mark_ = directory_.path() / "index-suspect";
};

void read_a_page_that_is_not_there() {
  void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const volatile char byte = *static_cast<const volatile char*>(page);
  (void)byte;
}

TEST_F(SuspectMark, IsLeftByAProcessThatReadsABadPage) {
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        read_a_page_that_is_not_there();
      },
      KilledBySignal(SIGSEGV), "");

  EXPECT_TRUE(is_left());
}

TEST_F(SuspectMark, IsLeftFromAnyThread) {
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        std::thread(read_a_page_that_is_not_there).join();
      },
      KilledBySignal(SIGSEGV), "");

  EXPECT_TRUE(is_left());
}

TEST_F(SuspectMark, IsLeftForASignalThatIsSent) {
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        ::raise(SIGBUS);
        ::_exit(0);
      },
      KilledBySignal(SIGBUS), "");

  EXPECT_TRUE(is_left());
}

TEST_F(SuspectMark, IsLeftByAFailedAssertion) {
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        ::abort();
      },
      KilledBySignal(SIGABRT), "");

  EXPECT_TRUE(is_left());
}

TEST_F(SuspectMark, IsNotLeftByAnOrderlyOrAnOrderedEnd) {
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        ::raise(SIGTERM);
      },
      KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(
      {
        (void)leave_mark_on_fatal_signals(mark_);
        ::_exit(0);
      },
      ::testing::ExitedWithCode(0), "");

  EXPECT_FALSE(is_left());
}

TEST_F(SuspectMark, RefusesAPathItCannotKeepReady) {
  EXPECT_EQ(leave_mark_on_fatal_signals(std::string(5000, 'p')).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::cache
