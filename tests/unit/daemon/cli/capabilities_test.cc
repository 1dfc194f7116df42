#include "daemon/cli/capabilities.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace larder::cli {
namespace {

constexpr char kNone[] = "0000000000000000";
constexpr char kLowPorts[] = "0000000000000400";

std::string value_of(const std::string& field, const std::string& task = "thread-self") {
  std::ifstream status("/proc/" + task + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
  }
  return "";
}

bool has_none(const std::string& task = "thread-self") {
  return value_of("CapEff", task) == kNone && value_of("CapPrm", task) == kNone;
}

class Capabilities : public ::testing::Test {
 protected:
  void SetUp() override {
    if (value_of("CapEff").find_first_not_of('0') == std::string::npos) {
      GTEST_SKIP() << "there are none to drop";
    }
  }
};

TEST_F(Capabilities, AreAllGone) {
  const auto drop = [] {
    const bool dropped = drop_capabilities(/*keep_low_ports=*/false).ok();
    ::_exit(dropped && has_none() && value_of("CapBnd") == kNone && value_of("CapAmb") == kNone
                ? 0
                : 1);
  };

  EXPECT_EXIT(drop(), ::testing::ExitedWithCode(0), "");
}

TEST_F(Capabilities, CanBeDroppedTwice) {
  const auto drop = [] {
    (void)drop_capabilities(/*keep_low_ports=*/false);
    ::_exit(drop_capabilities(/*keep_low_ports=*/true).ok() && has_none() ? 0 : 1);
  };

  EXPECT_EXIT(drop(), ::testing::ExitedWithCode(0), "");
}

TEST_F(Capabilities, LeaveLowPortsUntilTheyAreBound) {
  const auto drop = [] {
    (void)drop_capabilities(/*keep_low_ports=*/true);
    ::_exit(value_of("CapEff") == kLowPorts && value_of("CapBnd") == kNone ? 0 : 1);
  };

  EXPECT_EXIT(drop(), ::testing::ExitedWithCode(0), "");
}

TEST_F(Capabilities, AreGoneFromEveryThreadInTheEnd) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the sanitizer's own thread takes no signals";
#endif
  const auto drop = [] {
    (void)drop_capabilities(/*keep_low_ports=*/true);
    std::thread sleeper([] { ::pause(); });
    sleeper.detach();
    const bool dropped = drop_last_capabilities().ok();
    ::_exit(dropped && has_none("thread-self") && has_none("self") ? 0 : 1);
  };

  EXPECT_EXIT(drop(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace larder::cli
