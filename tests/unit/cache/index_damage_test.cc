// Random damage to the bytes of an index, from a fixed seed: whatever is hit, a process that serves
// it never hangs, never gives a wrong answer, dies of it once at most, and ends with an index that
// works. Each round is a daemon in a child, started again when it was killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>

#include "cache/suspect_mark.h"
#include "tests/support/index_keeper_fixture.h"

namespace larder::cache {
namespace {

using larder::testing::answers_are_never_wrong;
using larder::testing::bytes_of_file;
using larder::testing::digest_of_text;

constexpr unsigned kRounds = 100;
constexpr unsigned kSecondsPerLife = 60;
constexpr std::size_t kPageBytes = 4096;

enum Exit { kServed = 0, kWrong = 1, kNoIndex = 2, kReadOnly = 3 };

class IndexDamage : public larder::testing::IndexKeeperFixture {
 protected:
  std::string bytes_of_a_good_index() {
    fill();
    return bytes_of_file(data());
  }
  void put_in_place(const std::string& bytes) {
    std::filesystem::remove_all(directory_.path());
    std::filesystem::create_directories(directories_.index());
    std::ofstream(data(), std::ios::binary) << bytes;
  }

  // What a daemon does with its index: opens it, answers, ticks, writes.
  [[noreturn]] void live() {
    ::alarm(kSecondsPerLife);
    if (!leave_mark_on_fatal_signals(directories_.mark())) ::_exit(kNoIndex);
    const auto index = IndexKeeper::open(options_, clock_, observer_);
    if (!index) ::_exit(kNoIndex);
    if (!answers_are_never_wrong(**index, kBlobs)) ::_exit(kWrong);
    (void)(*index)->put_note("before", "the reading has ended");
    while ((*index)->is_being_read()) (*index)->tick();
    (*index)->tick();
    if (!answers_are_never_wrong(**index, kBlobs)) ::_exit(kWrong);
    const Status removed = (*index)->remove_blobs(std::vector{digest_of_text("none")});
    const Status written = (*index)->put_note("after", "it");
    ::_exit(removed && written ? kServed : kReadOnly);
  }
  int status_of_a_life() {
    const pid_t child = ::fork();
    if (child == 0) live();
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }
  // Starts it until it is not killed. Returns: how often it was killed.
  int deaths_before_it_serves() {
    for (int deaths = 0; deaths < 3; ++deaths) {
      const int status = status_of_a_life();
      if (WIFEXITED(status)) {
        EXPECT_EQ(WEXITSTATUS(status), kServed);
        return deaths;
      }
      EXPECT_NE(WTERMSIG(status), SIGALRM) << "it hangs";
      EXPECT_TRUE(directories_.is_marked());
    }
    return 3;
  }
};

// From one bit to some pages, anywhere.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto any = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  switch (any(4)) {
    case 0: {  // single bits
      for (std::size_t bits = 1 + any(20); bits > 0; --bits) {
        char& byte = bytes[any(bytes.size())];
        byte = static_cast<char>(byte ^ (1 << any(8)));
      }
      return bytes;
    }
    case 1: {  // the headers and pointers at the head of some pages
      for (std::size_t pages = 1 + any(4); pages > 0; --pages) {
        const std::size_t at = any(bytes.size() / kPageBytes) * kPageBytes;
        for (std::size_t i = 0; i < 8; ++i) bytes[at + any(64)] = static_cast<char>(any(256));
      }
      return bytes;
    }
    case 2: {  // a page where another belongs
      const std::size_t from = any(bytes.size() / kPageBytes) * kPageBytes;
      const std::size_t to = any(bytes.size() / kPageBytes) * kPageBytes;
      return bytes.replace(to, kPageBytes, bytes.substr(from, kPageBytes));
    }
    default: {  // a page of zeros or garbage
      const std::size_t at = any(bytes.size() / kPageBytes) * kPageBytes;
      const auto filler = static_cast<char>(any(2) == 0 ? 0 : any(256));
      return bytes.replace(at, kPageBytes, std::string(kPageBytes, filler));
    }
  }
}

TEST_F(IndexDamage, OfAnyKindEndsWithAnIndexThatServes) {
  const std::string good = bytes_of_a_good_index();
  std::mt19937 random(20'240'607);
  int deaths = 0;
  for (unsigned round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    put_in_place(damaged(good, random));

    const int died = deaths_before_it_serves();

    EXPECT_LE(died, 1) << "the mark makes the next start careful";
    deaths += died;
  }
  RecordProperty("deaths", deaths);
}

}  // namespace
}  // namespace larder::cache
