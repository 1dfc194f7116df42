#include "daemon/auth/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cache/base/unique_fd.h"
#include "tests/support/script.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

constexpr std::size_t kProgramMiB = 1 << 20;

ProgramRun run_of(std::string path, std::vector<std::string> arguments = {},
                  std::string input = {}) {
  return {.path = std::move(path),
          .arguments = std::move(arguments),
          .environment = {},
          .input = std::move(input),
          .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20)};
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

class ProgramTest : public ::testing::Test {
 protected:
  ProgramRun script(const std::string& body, std::string input = {}) {
    return run_of(testing::write_script(directory_.path() / "script", body), {fifo()},
                  std::move(input));
  }
  std::string fifo() const { return directory_.path() / "fifo"; }
  UniqueFd make_fifo(int mode) const {
    EXPECT_EQ(::mkfifo(fifo().c_str(), 0600), 0);
    return UniqueFd(::open(fifo().c_str(), mode | O_NONBLOCK | O_CLOEXEC));
  }
  static short events_of(const UniqueFd& fd, short wanted) {
    pollfd polled{fd.get(), wanted, 0};
    ::poll(&polled, 1, 20'000);
    return polled.revents;
  }

  testing::TempDirectory directory_;
};

TEST_F(ProgramTest, GivesOutputErrorsAndExitStatus) {
  const auto output = run_program(script("echo said; echo complained >&2; exit 3"));

  ASSERT_TRUE(output.ok()) << describe(output.error());
  EXPECT_EQ(output->output, "said\n");
  EXPECT_EQ(output->errors, "complained");
  EXPECT_EQ(output->exit_status, 3);
}

TEST_F(ProgramTest, TellsTheProgramItsInputAndItsEnd) {
  const auto output = run_program(run_of("/bin/cat", {}, "https://reg.example"));

  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->output, "https://reg.example");
}

TEST_F(ProgramTest, PassesMoreThanAPipeHoldsBothWays) {
  const std::string input(kProgramMiB, 'x');

  const auto output = run_program(run_of("/bin/cat", {}, input));

  ASSERT_TRUE(output.ok()) << describe(output.error());
  EXPECT_EQ(output->output, input);
}

TEST_F(ProgramTest, SurvivesAProgramThatWantsNoInput) {
  const auto closed = run_program(script("exec <&-; echo done", std::string(kProgramMiB, 'x')));
  ASSERT_TRUE(closed.ok()) << describe(closed.error());
  EXPECT_EQ(closed->output, "done\n");

  const auto ended = run_program(run_of("/bin/true", {}, std::string(kProgramMiB, 'x')));
  ASSERT_TRUE(ended.ok()) << describe(ended.error());
  EXPECT_EQ(ended->exit_status, 0);
}

TEST_F(ProgramTest, SaysWhichSignalEndedIt) {
  const auto output = run_program(script("echo begun; kill -TERM $$"));

  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->exit_status, 128 + SIGTERM);
  EXPECT_EQ(output->output, "begun\n");
}

TEST_F(ProgramTest, PassesArgumentsAsTheyAre) {
  const auto output = run_program(run_of("/usr/bin/printf", {"<%s>", "a b", "", "$HOME;*"}));

  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->output, "<a b><><$HOME;*>");
}

TEST_F(ProgramTest, PassesTheGivenEnvironmentAndNothingElse) {
  ASSERT_EQ(::setenv("LARDER_TEST_SECRET", "ours", 1), 0);
  auto run = run_of("/usr/bin/env");
  EXPECT_EQ(run_program(run)->output, "");

  run.environment = {"PATH=/bin", "A=b=c"};
  EXPECT_EQ(run_program(run)->output, "PATH=/bin\nA=b=c\n");
}

TEST_F(ProgramTest, PassesNoDescriptorOfOurs) {
  const UniqueFd inheritable(::open("/dev/null", O_RDONLY));

  const auto output = run_program(run_of("/bin/ls", {"/proc/self/fd"}));

  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->output, "0\n1\n2\n3\n");  // 3 is the folder it lists
}

TEST_F(ProgramTest, KeepsNoDescriptorItself) {
  (void)run_program(run_of("/bin/true"));
  const auto before = open_descriptors();

  EXPECT_TRUE(run_program(run_of("/bin/cat", {}, "text")).ok());
  EXPECT_FALSE(run_program(run_of("/nowhere/program")).ok());

  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProgramTest, WorksInAProcessWithoutStandardInput) {
  const UniqueFd kept(::dup(STDIN_FILENO));
  ::close(STDIN_FILENO);

  const auto output = run_program(run_of("/bin/cat", {}, "text"));

  ::dup2(kept.get(), STDIN_FILENO);
  ASSERT_TRUE(output.ok()) << describe(output.error());
  EXPECT_EQ(output->output, "text");
}

TEST_F(ProgramTest, ClearsOurSignalActionsAndMask) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);

  // glibc ignores its own two, 32 and 33, in whatever it spawns.
  const auto output = run_program(
      run_of("/bin/grep", {"-Ec", "^Sig(Blk:.0{16}|Ign:.[0-9a-f]{9}0{7})$", "/proc/self/status"}));

  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->output, "2\n");
}

TEST_F(ProgramTest, GivesTheProgramASessionOfItsOwn) {
  const auto output = run_program(
      script("read -r pid name state parent group session terminal rest </proc/self/stat\n"
             "echo $((pid == group)) $((pid == session)) $terminal"));

  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->output, "1 1 0\n");
}

TEST_F(ProgramTest, EndsWithItsDeadline) {
  auto run = script("sleep 1000");
  run.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);

  const auto output = run_program(run);

  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, Errc::timeout);
  EXPECT_EQ(output.error().context, "run " + run.path + ": program deadline passed");
}

TEST_F(ProgramTest, DoesNotStartWhatIsTooLateOrStopped) {
  auto late = script("touch \"$1\"");
  late.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(run_program(late).error().code, Errc::timeout);

  std::stop_source stopping;
  stopping.request_stop();
  auto stopped = script("touch \"$1\"");
  stopped.stop = stopping.get_token();
  EXPECT_EQ(run_program(stopped).error().code, Errc::cancelled);

  EXPECT_FALSE(std::filesystem::exists(fifo()));
}

TEST_F(ProgramTest, KillsAllItStartedWhenToldToStop) {
  const auto held = make_fifo(O_RDONLY);
  auto run = script("exec 3>\"$1\"; (sleep 1000; echo never) & echo begun >&3; wait");
  std::stop_source stopping;
  run.stop = stopping.get_token();
  std::jthread stopper([&] {
    EXPECT_EQ(events_of(held, POLLIN), POLLIN);
    stopping.request_stop();
  });

  const auto output = run_program(run);

  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, Errc::cancelled);
  std::array<char, 16> begun{};
  EXPECT_EQ(::read(held.get(), begun.data(), begun.size()), 6);
  EXPECT_EQ(events_of(held, POLLIN), POLLHUP);  // nobody has it open
}

TEST_F(ProgramTest, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  const auto held = make_fifo(O_RDONLY);

  const auto output = run_program(script("exec 3>\"$1\"; sleep 1000 & echo done"));

  ASSERT_TRUE(output.ok()) << describe(output.error());
  EXPECT_EQ(output->output, "done\n");
  EXPECT_EQ(events_of(held, POLLIN), POLLHUP);
}

TEST_F(ProgramTest, DoesNotWaitForOneThatLeftTheGroup) {
  const auto until_we_close_it = make_fifo(O_RDWR);

  const auto output = run_program(script("setsid cat \"$1\" & echo done"));

  ASSERT_TRUE(output.ok()) << describe(output.error());
  EXPECT_EQ(output->output, "done\n");
}

TEST_F(ProgramTest, RefusesMoreOutputThanAllowed) {
  auto run = run_of("/usr/bin/head", {"-c", "1000", "/dev/zero"});
  run.output_bytes_max = 1000;
  EXPECT_EQ(run_program(run)->output.size(), 1000U);

  run.output_bytes_max = 999;
  const auto output = run_program(run);
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(describe(output.error()), "invalid: run /usr/bin/head: more than 999 bytes of output");

  EXPECT_EQ(run_program(run_of("/usr/bin/yes")).error().code, Errc::invalid);
}

TEST_F(ProgramTest, KeepsTheBeginningOfItsErrorsAsPlainText) {
  EXPECT_EQ(run_program(script("printf ' a\\tb\\033[31m\\nc\\377\\n' >&2"))->errors, "a b [31m c");

  const auto endless = run_program(script("head -c 300000 /dev/zero | tr '\\0' e >&2; echo done"));
  ASSERT_TRUE(endless.ok());
  EXPECT_EQ(endless->errors, std::string(1024, 'e'));
  EXPECT_EQ(endless->output, "done\n");
}

TEST_F(ProgramTest, SaysWhyItCannotBeStarted) {
  std::ofstream(directory_.path() / "data") << "text";
  const std::vector<std::pair<std::string, Errc>> table{
      {"/nowhere/program", Errc::not_found},
      {"/etc", Errc::denied},
      {directory_.path() / "data", Errc::denied},
      {"program", Errc::invalid},
      {"", Errc::invalid},
      {std::string("/bin/true\0x", 11), Errc::invalid}};
  for (const auto& [path, code] : table) {
    const auto output = run_program(run_of(path));

    ASSERT_FALSE(output.ok()) << path;
    EXPECT_EQ(output.error().code, code) << describe(output.error());
  }
}

TEST_F(ProgramTest, RefusesWordsWithAZeroByte) {
  auto run = run_of("/bin/true", {std::string("a\0b", 3)});
  EXPECT_EQ(run_program(run).error().code, Errc::invalid);

  run.arguments = {};
  run.environment = {std::string("A=\0b", 4)};
  EXPECT_EQ(run_program(run).error().code, Errc::invalid);
}

TEST_F(ProgramTest, RunsOnManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([text = std::to_string(number)] {
      for (int again = 0; again < 10; ++again) {
        EXPECT_EQ(run_program(run_of("/bin/cat", {}, text))->output, text);
      }
    });
  }
}

}  // namespace
}  // namespace larder::auth
