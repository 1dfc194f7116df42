// Looking after a cache: a whole daemon, its control socket and the commands of `larder`.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/cli/cache_engine.h"
#include "tests/integration/daemon_fixture.h"
#include "tests/support/run_larder.h"

namespace larder::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Care : public DaemonFixture {
 protected:
  Care() {
    registry_.add_manifest("app", "1", manifest_);
    registry_.add_blob("app", layer_);
    serve(registry_.script());
    start();
    fetch("/v2/app/manifests/1?ns=reg.test");
    fetch(layer_path_);
    restart();  // so that everything is on disk
  }

  void restart() {
    daemon_->drain(std::chrono::seconds(5));
    start();
  }

  // `arguments`, and where the daemon is.
  Outcome larder(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--socket", config_.control.socket.string()});
    return run_larder(std::move(arguments));
  }
  Outcome fsck(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"fsck", "--path", directory_.path().string()});
    return run_larder(std::move(arguments));
  }

  std::filesystem::path file_of(const std::string& bytes) const {
    const std::string hex = sha256_of(bytes).hex();
    return directory_.path() / "blobs" / "sha256" / hex.substr(0, 2) / hex;
  }

  // As a disk would: the same size, another byte.
  void damage_layer() {
    std::fstream file(file_of(layer_), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(1000);
    file.put(static_cast<char>(layer_[1000] ^ 1));
    file.close();
    ASSERT_TRUE(file.good());
  }

  const std::string manifest_ = R"({"schemaVersion":2,"config":{},"layers":[]})";
  const std::string layer_ = pattern_bytes(300'000);
  const std::string layer_path_ = "/v2/app/blobs/" + sha256_of(layer_).str() + "?ns=reg.test";
  FakeRegistry registry_;
};

TEST_F(Care, AScrubOfASoundCacheFindsNothing) {
  const Outcome outcome = larder({"scrub", "--rate", "1GiB"});

  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 blobs checked"));
  EXPECT_THAT(outcome.out, HasSubstr(": nothing wrong\n"));
}

TEST_F(Care, AScrubDropsWhatHasDecayedAndItIsFetchedAgain) {
  damage_layer();

  const Outcome outcome = larder({"scrub", "--rate", "1GiB"});

  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("wrong digest: " + sha256_of(layer_).str()));
  EXPECT_THAT(outcome.out, HasSubstr("1 problem, all repaired"));
  EXPECT_EQ(metric("larder_corrupt_blobs_total"), 1);
  const auto again = fetch(layer_path_);
  EXPECT_EQ(again.body, layer_);
  EXPECT_EQ(header(again, "Cache-Status"), "larder; fwd=miss; stored; detail=fetched");
}

TEST_F(Care, AScrubIsReportedToPrograms) {
  const auto report = nlohmann::json::parse(larder({"scrub", "-o", "json"}).out);
  const auto status = nlohmann::json::parse(larder({"scrub", "--status", "-o", "json"}).out);

  EXPECT_EQ(report["running"], false);
  EXPECT_EQ(report["blobs_checked"], 2);
  EXPECT_EQ(status["finished_at"], report["finished_at"]);
}

TEST_F(Care, APinIsKeptOverARestartUntilItIsRemoved) {
  const std::string digest = sha256_of(manifest_).str();

  EXPECT_EQ(larder({"pin", "reg.test/app:1", "--reason", "release 4.2"}).out,
            "pinned " + digest + ": release 4.2\n");
  restart();
  EXPECT_THAT(larder({"pin", "--list"}).out, AllOf(HasSubstr(digest), HasSubstr("release 4.2")));
  EXPECT_EQ(larder({"unpin", "reg.test/app:1"}).status, 0);
  EXPECT_EQ(larder({"pin", "--list"}).out, "no pins\n");
}

TEST_F(Care, OnlyWhatIsCachedIsPinned) {
  const std::string other = sha256_of("other").str();

  EXPECT_THAT(larder({"pin", "reg.test/app:2", "--reason", "a"}).err, HasSubstr("reg.test/app:2"));
  EXPECT_THAT(larder({"pin", "evil.test/app", "--reason", "a"}).err, HasSubstr("evil.test"));
  EXPECT_EQ(larder({"pin", other, "--reason", "a"}).status, 1);
  EXPECT_EQ(larder({"pin", "reg.test/app@" + other, "--reason", "a"}).status, 1);
  EXPECT_EQ(larder({"pin", sha256_of(layer_).str(), "--reason", "a"}).status, 0);
}

TEST_F(Care, FsckRefusesACacheInUse) {
  const Outcome outcome = fsck();

  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr(directory_.path().string()));
}

TEST_F(Care, FsckOfASoundCacheFindsNothing) {
  daemon_.reset();

  const Outcome outcome = fsck();

  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("nothing wrong"));
}

TEST_F(Care, FsckTellsAndThenMendsWhatHasDecayed) {
  daemon_.reset();
  damage_layer();

  const Outcome told = fsck();
  const Outcome mended = fsck({"--repair", "-o", "json"});
  const Outcome after = fsck();

  EXPECT_EQ(told.status, 1);
  EXPECT_THAT(told.out, AllOf(HasSubstr("wrong digest: "), HasSubstr(": left as it is"),
                              HasSubstr("larder fsck --repair")));
  EXPECT_EQ(mended.status, 0);
  EXPECT_EQ(nlohmann::json::parse(mended.out)["counts"]["wrong_digest"], 1);
  EXPECT_EQ(after.status, 0) << after.out;
  EXPECT_FALSE(std::filesystem::exists(file_of(layer_)));
}

TEST_F(Care, FsckTellsOfStrayFilesAndLeavesThemAlone) {
  daemon_.reset();
  const auto stray = file_of(layer_).parent_path() / "notes.txt";
  std::ofstream(stray) << "mine";

  const Outcome outcome = fsck();

  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("stray file: "), Not(HasSubstr("--repair"))));
  EXPECT_EQ(fsck({"--repair"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(stray));
}

TEST_F(Care, AMendedCacheServes) {
  daemon_.reset();
  damage_layer();
  fsck({"--repair"});

  start();

  EXPECT_EQ(fetch(layer_path_).body, layer_);
  EXPECT_THAT(header(fetch("/v2/app/manifests/1?ns=reg.test"), "Cache-Status"),
              StartsWith("larder; hit; ttl="));
}

TEST_F(Care, ASocketThatTheConfigNamesMustWork) {
  daemon_.reset();
  config_.control.socket = run_directory_.path() / "no" / "such" / "folder.sock";

  const auto daemon = cli::Daemon::start(config_, logger_);

  ASSERT_FALSE(daemon.ok());
  EXPECT_THAT(daemon.error().context, HasSubstr(config_.control.socket.string()));
  EXPECT_EQ(daemon.error().context.find('\n'), std::string::npos);
}

TEST_F(Care, WithoutTheDefaultSocketEverythingElseServes) {
  daemon_.reset();
  config_.control = {run_directory_.path() / "no" / "such" / "folder.sock", /*is_required=*/false};

  start();

  EXPECT_EQ(fetch(layer_path_).body, layer_);
}

}  // namespace
}  // namespace larder::testing
