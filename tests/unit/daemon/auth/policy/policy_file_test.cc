#include "daemon/auth/policy/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class PolicyReports final : public PolicyObserver {
 public:
  void policy_reloaded(const std::filesystem::path&, const Policy& policy) override {
    said.push_back("reloaded " + policy.notes.at(0).sid);
  }
  void policy_kept(const std::filesystem::path&, const Error& error) override {
    said.push_back("kept: " + error.context);
  }
  std::vector<std::string> said;
};

std::string policy_named(const std::string& sid) {
  return one_statement(R"({"Sid": ")" + sid + R"("})");
}

// Runs with a clock by which the file has just changed, and with one by which that was long ago:
// then only its stamp is looked at.
class PolicyFileTest : public ::testing::TestWithParam<std::chrono::hours> {
 protected:
  void SetUp() override {
    clock_.advance(GetParam());
    write(policy_named("first"));
    auto opened = PolicyFile::open(path_, clock_, reports_);
    ASSERT_TRUE(opened.ok()) << opened.error().context;
    file_ = *std::move(opened);
  }

  void write(const std::string& text) { std::ofstream(path_) << text; }

  void replace(const std::string& text) {
    std::ofstream(folder_.path() / "new") << text;
    std::filesystem::rename(folder_.path() / "new", path_);
  }

  std::string sid_in_force() { return file_->current()->notes.at(0).sid; }

  std::string sid_after_a_second() {
    clock_.advance(1s);
    return sid_in_force();
  }

  testing::TempDirectory folder_;
  const std::filesystem::path path_ = folder_.path() / "policy.json";
  testing::FakeClock clock_;
  PolicyReports reports_;
  std::unique_ptr<PolicyFile> file_;
};

INSTANTIATE_TEST_SUITE_P(Clocks, PolicyFileTest,
                         ::testing::Values(std::chrono::hours(0), std::chrono::hours(24 * 3650)));

TEST_P(PolicyFileTest, IsInForceFromTheStart) {
  EXPECT_EQ(sid_in_force(), "first");
  EXPECT_EQ(sid_after_a_second(), "first");
  EXPECT_THAT(reports_.said, IsEmpty());
}

TEST_P(PolicyFileTest, IsLookedAtOnceASecond) {
  replace(policy_named("second"));

  clock_.advance(999ms);
  EXPECT_EQ(sid_in_force(), "first");
  clock_.advance(1ms);
  EXPECT_EQ(sid_in_force(), "second");
  EXPECT_EQ(sid_after_a_second(), "second");
  EXPECT_THAT(reports_.said, ElementsAre("reloaded second"));
}

TEST_P(PolicyFileTest, SeesAWriteInPlace) {
  write(policy_named("a longer one"));

  EXPECT_EQ(sid_after_a_second(), "a longer one");
}

TEST_P(PolicyFileTest, KeepsTheOldOneWhenTheNewOneIsBroken) {
  replace("{");

  EXPECT_EQ(sid_after_a_second(), "first");
  EXPECT_EQ(sid_after_a_second(), "first");
  ASSERT_EQ(reports_.said.size(), 1U);
  EXPECT_THAT(reports_.said[0], HasSubstr("kept: " + path_.string() + ":1: policy: got"));

  replace(policy_named("first"));
  EXPECT_EQ(sid_after_a_second(), "first");
  replace(policy_named("third"));
  EXPECT_EQ(sid_after_a_second(), "third");
  EXPECT_EQ(reports_.said.at(1), "reloaded first");
  EXPECT_EQ(reports_.said.at(2), "reloaded third");
}

TEST_P(PolicyFileTest, TellsAnotherReasonAnew) {
  replace("{");
  sid_after_a_second();
  replace("{}");
  sid_after_a_second();

  ASSERT_EQ(reports_.said.size(), 2U);
  EXPECT_THAT(reports_.said[1], HasSubstr("got no Statement"));
}

TEST_P(PolicyFileTest, KeepsTheOldOneWhileThereIsNone) {
  const std::filesystem::path aside = folder_.path() / "aside";
  std::filesystem::rename(path_, aside);
  EXPECT_EQ(sid_after_a_second(), "first");
  EXPECT_EQ(sid_after_a_second(), "first");

  std::filesystem::rename(aside, path_);
  EXPECT_EQ(sid_after_a_second(), "first");
  EXPECT_EQ(sid_after_a_second(), "first");

  EXPECT_THAT(reports_.said, ElementsAre(HasSubstr("kept: read "), "reloaded first"));
}

TEST_P(PolicyFileTest, LeavesWhatIsInUseAlone) {
  const std::shared_ptr<const Policy> in_use = file_->current();
  replace(policy_named("second"));

  EXPECT_EQ(sid_after_a_second(), "second");
  EXPECT_EQ(in_use->notes.at(0).sid, "first");
}

// kubelet swaps the link ..data, which the file's own link goes through.
TEST_P(PolicyFileTest, SeesAConfigMapChange) {
  const auto folder = folder_.path();
  for (const char* const version : {"1", "2"}) {
    std::filesystem::create_directory(folder / version);
    std::ofstream(folder / version / "p.json") << policy_named(version);
  }
  std::filesystem::create_directory_symlink("1", folder / "..data");
  std::filesystem::create_symlink("..data/p.json", folder / "p.json");
  const auto file = PolicyFile::open(folder / "p.json", clock_, reports_).value();
  const std::string before = file->current()->notes.at(0).sid;

  std::filesystem::create_directory_symlink("2", folder / "..data_tmp");
  std::filesystem::rename(folder / "..data_tmp", folder / "..data");
  clock_.advance(1s);

  EXPECT_EQ(before, "1");
  EXPECT_EQ(file->current()->notes.at(0).sid, "2");
}

TEST_P(PolicyFileTest, ServesManyThreadsWhileItChanges) {
  std::atomic<bool> done = false;
  std::atomic<int> denied = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) denied += !decide(*file_->current(), alice_pulls()).is_allowed();
    });
  }
  for (int i = 0; i < 20; ++i) {
    replace(i % 3 == 0 ? "{" : policy_named(std::to_string(i)));
    sid_after_a_second();
  }
  done = true;
  readers.clear();

  EXPECT_EQ(denied, 0);
  clock_.advance(1s);
  EXPECT_EQ(sid_in_force(), "19");
}

TEST(PolicyFile, IsRefusedAtTheStartWhenItIsNoPolicy) {
  testing::TempDirectory folder;
  testing::FakeClock clock;
  PolicyReports reports;
  const auto code_of = [&](const std::filesystem::path& path) {
    return PolicyFile::open(path, clock, reports).error().code;
  };
  std::ofstream(folder.path() / "bad.json") << "{}";
  ASSERT_EQ(::mkfifo((folder.path() / "fifo").c_str(), 0600), 0);

  EXPECT_EQ(code_of(folder.path() / "absent.json"), Errc::not_found);
  EXPECT_EQ(code_of(folder.path() / "bad.json"), Errc::invalid);
  EXPECT_EQ(code_of(folder.path() / "fifo"), Errc::invalid);
  EXPECT_EQ(code_of(folder.path()), Errc::invalid);
}

TEST(LoadPolicy, ReadsAFile) {
  testing::TempDirectory folder;
  const auto path = folder.path() / "p.json";
  std::ofstream(path) << policy_named("one");

  EXPECT_EQ(load_policy(path)->notes.at(0).sid, "one");
  EXPECT_EQ(load_policy(folder.path() / "absent").error().code, Errc::not_found);
}

}  // namespace
}  // namespace larder::policy
