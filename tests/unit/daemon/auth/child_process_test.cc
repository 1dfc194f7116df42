#include "daemon/auth/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>

namespace larder::auth {
namespace {

class ChildProcessTest : public ::testing::Test {
 protected:
  Result<ChildProcess> start(std::string path, std::vector<std::string> arguments = {}) {
    return ChildProcess::start({std::move(path), std::move(arguments), {}, stdio_});
  }
  static bool has_ended(const ChildProcess& child, int milliseconds) {
    pollfd polled{child.ended(), POLLIN, 0};
    return ::poll(&polled, 1, milliseconds) == 1;
  }
  static bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) == 0 || errno != ECHILD; }

  const UniqueFd null_{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  const std::array<int, 3> stdio_{null_.get(), null_.get(), null_.get()};
};

TEST_F(ChildProcessTest, TellsWhenItHasEndedAndHow) {
  auto child = start("/bin/false");
  ASSERT_TRUE(child.ok()) << describe(child.error());

  EXPECT_TRUE(has_ended(*child, 20'000));
  EXPECT_EQ(child->end(), 1);
  EXPECT_EQ(child->end(), 1);
}

TEST_F(ChildProcessTest, IsKilledAndReapedByEnd) {
  auto child = start("/bin/sleep", {"1000"});
  ASSERT_TRUE(child.ok());

  EXPECT_FALSE(has_ended(*child, 0));
  EXPECT_EQ(child->end(), 128 + SIGKILL);
  EXPECT_FALSE(has_children());
}

TEST_F(ChildProcessTest, IsKilledAndReapedByItsDestructorOnce) {
  {
    auto child = start("/bin/sleep", {"1000"});
    ASSERT_TRUE(child.ok());
    const ChildProcess moved = *std::move(child);
    EXPECT_TRUE(has_children());
  }
  EXPECT_FALSE(has_children());
}

TEST_F(ChildProcessTest, LeavesNoChildWhenItCannotStart) {
  EXPECT_EQ(start("/nowhere/program").error().code, Errc::not_found);
  EXPECT_FALSE(has_children());
}

// As process 1 of a container does, a subreaper becomes the parent of orphans.
TEST_F(ChildProcessTest, ReapsWhatTheProgramLeftToUs) {
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  auto child = start("/bin/sh", {"-c", "(sleep 1000; true) & exit 5"});
  ASSERT_TRUE(child.ok());
  ASSERT_TRUE(has_ended(*child, 20'000));

  EXPECT_EQ(child->end(), 5);
  EXPECT_FALSE(has_children());
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace larder::auth
