#include "daemon/auth/tokens/password_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using std::chrono::seconds;

// "U*U" at cost 5, and at cost 9 what nobody knows.
constexpr const char* kRightHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
constexpr const char* kOtherHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";
constexpr const char* kSlowHash = "$2a$11$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

class PasswordFileTest : public ::testing::Test {
 protected:
  void write(const std::string& content) {
    const auto next = directory_.path() / "next";
    std::ofstream(next) << content;
    std::filesystem::rename(next, path_);
  }
  void open(PasswordFileOptions options = {}) {
    options.file = path_;
    auto file = PasswordFile::open(options, clock_);
    ASSERT_TRUE(file.ok()) << describe(file.error());
    file_ = std::move(*file);
  }
  Result<Subject> check(const std::string& user, const std::string& password,
                        const std::string& peer = "10.0.0.1:1000") {
    return file_->check({user, password, scope_, "node", peer});
  }
  Errc failure(const std::string& user, const std::string& password,
               const std::string& peer = "10.0.0.1:1000") {
    const auto checked = check(user, password, peer);
    EXPECT_FALSE(checked.ok());
    return checked.ok() ? Errc::io : checked.error().code;
  }

  testing::TempDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "htpasswd";
  testing::FakeClock clock_;
  const std::vector<Access> scope_;
  std::unique_ptr<PasswordFile> file_;
};

TEST_F(PasswordFileTest, KnowsWhoHasTheRightPassword) {
  write(std::string("alice:") + kRightHash + "\n");
  open();

  const auto subject = check("alice", "U*U");

  ASSERT_TRUE(subject.ok()) << describe(subject.error());
  EXPECT_EQ(subject->kind, Subject::Kind::user);
  EXPECT_EQ(subject->name, "alice");
  EXPECT_FALSE(subject->stamp.empty());
  EXPECT_EQ(file_->stamp("alice"), subject->stamp);
}

TEST_F(PasswordFileTest, RefusesEverythingElseInOneWay) {
  write(std::string("alice:") + kRightHash + "\n");
  open();

  const auto wrong = check("alice", "wrong");
  const auto nobody = check("nobody", "U*U");

  EXPECT_EQ(wrong.error().code, Errc::denied);
  EXPECT_EQ(describe(nobody.error()), describe(wrong.error()));
  EXPECT_EQ(failure("alice", ""), Errc::denied);
  EXPECT_EQ(failure("", "U*U"), Errc::denied);
  EXPECT_EQ(failure("Alice", "U*U"), Errc::denied);
  EXPECT_EQ(file_->stamp("nobody"), std::nullopt);
}

TEST_F(PasswordFileTest, RunsBcryptForAnUnknownUserToo) {
  write(std::string("alice:") + kRightHash + "\n");
  open();

  failure("nobody", "x");

  EXPECT_EQ(file_->checks(), 1U);
}

TEST_F(PasswordFileTest, RunsBcryptOnceForWhatIsAskedOften) {
  write(std::string("alice:") + kRightHash + "\n");
  open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(check("alice", "U*U").ok());
    ASSERT_EQ(failure("alice", "wrong"), Errc::denied);
  }
  EXPECT_EQ(file_->checks(), 2U);

  clock_.advance(seconds(61));
  ASSERT_TRUE(check("alice", "U*U").ok());

  EXPECT_EQ(file_->checks(), 3U);
}

TEST_F(PasswordFileTest, RunsBcryptOnceForManyAtOnce) {
  write(std::string("alice:") + kSlowHash + "\n");
  open();
  std::vector<std::thread> pulls;
  for (int i = 0; i < 16; ++i) pulls.emplace_back([&] { failure("alice", "wrong"); });
  for (auto& pull : pulls) pull.join();

  EXPECT_EQ(file_->checks(), 1U);
}

TEST_F(PasswordFileTest, StopsGuessersButNotTheOnesTheyAnnoy) {
  write(std::string("alice:") + kRightHash + "\n");
  open();
  ASSERT_TRUE(check("alice", "U*U").ok());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(failure("alice", std::to_string(i)), Errc::denied);

  EXPECT_EQ(failure("alice", "another"), Errc::busy);
  EXPECT_TRUE(check("alice", "U*U").ok());
  EXPECT_EQ(failure("alice", "another", "10.0.0.2:1000"), Errc::denied);
  clock_.advance(seconds(61));
  EXPECT_EQ(failure("alice", "another"), Errc::denied);
}

TEST_F(PasswordFileTest, TellsWhoWouldWaitTooLong) {
  write(std::string("alice:") + kSlowHash + "\n");
  PasswordFileOptions options;
  options.checks_max = 1;
  options.waiting_max = 0;
  open(options);
  std::vector<Errc> codes(4);
  std::vector<std::thread> pulls;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    pulls.emplace_back([&, i] { codes[i] = failure("alice", std::to_string(i)); });
  }
  for (auto& pull : pulls) pull.join();

  EXPECT_GE(std::count(codes.begin(), codes.end(), Errc::denied), 1);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), Errc::denied) +
                std::count(codes.begin(), codes.end(), Errc::busy),
            4);
}

TEST_F(PasswordFileTest, SeesAChangeWithinASecond) {
  write(std::string("alice:") + kRightHash + "\n");
  open();
  ASSERT_TRUE(check("alice", "U*U").ok());
  const auto stamp = file_->stamp("alice");

  write(std::string("alice:") + kOtherHash + "\n");
  clock_.advance(seconds(1));

  EXPECT_EQ(failure("alice", "U*U"), Errc::denied);
  EXPECT_TRUE(check("alice", "U*U*").ok());
  EXPECT_NE(file_->stamp("alice"), stamp);
}

TEST_F(PasswordFileTest, KeepsItsUsersWhenTheFileIsDamagedOrGone) {
  write(std::string("alice:") + kRightHash + "\n");
  open();

  write("alice:plain\n");
  EXPECT_EQ(file_->maintain().error().code, Errc::invalid);
  std::filesystem::remove(path_);
  EXPECT_EQ(file_->maintain().error().code, Errc::not_found);

  EXPECT_TRUE(check("alice", "U*U").ok());
}

TEST_F(PasswordFileTest, IsNotOpenedWithoutUsableUsers) {
  EXPECT_EQ(PasswordFile::open({path_}, clock_).error().code, Errc::not_found);
  write("alice:$apr1$x$y\n");

  const auto opened = PasswordFile::open({path_}, clock_);

  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().context.find(path_.string()), std::string::npos);
  EXPECT_NE(opened.error().context.find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace larder::tokens
