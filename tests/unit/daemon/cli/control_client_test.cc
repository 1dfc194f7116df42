#include "daemon/cli/control_client.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/daemon/cli/running_daemon.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;

class ControlClientTest : public RunningDaemon {
 protected:
  std::string config_with(const std::string& text) {
    const std::string file = (directory_.path() / "larder.yaml").string();
    std::ofstream(file) << text;
    return file;
  }
};

TEST_F(ControlClientTest, FindsTheSocketInTheConfig) {
  const std::string file = config_with("control: {socket: " + socket_ + "}");

  auto client = ControlClient::open({file, ""});

  ASSERT_TRUE(client.ok()) << describe(client.error());
  EXPECT_EQ(*client->ask("GET", "/v1/pins"), "{\"pins\":[]}\n");
}

TEST_F(ControlClientTest, TakesTheNamedSocketWhateverTheConfig) {
  const std::string file = config_with("control: {socket: /nowhere/larder.sock}");

  auto client = ControlClient::open({file, socket_});

  EXPECT_TRUE(client->ask("GET", "/v1/pins").ok());
}

TEST_F(ControlClientTest, NeedsAConfigItCanRead) {
  EXPECT_EQ(ControlClient::open({directory_.path() / "absent.yaml", ""}).error().code,
            Errc::not_found);
  EXPECT_EQ(ControlClient::open({config_with("control: 5"), ""}).error().code, Errc::invalid);
}

TEST_F(ControlClientTest, PassesOnTheDaemonsWords) {
  auto client = ControlClient::open({"", socket_});

  const auto no_path = client->ask("GET", "/v1/nothing");
  const auto bad_order = client->ask("POST", "/v1/scrub", "x");

  EXPECT_EQ(no_path.error().code, Errc::not_found);
  EXPECT_THAT(no_path.error().context, HasSubstr("no such path"));
  EXPECT_EQ(bad_order.error().code, Errc::invalid);
  EXPECT_EQ(bad_order.error().context, "the body is no JSON object");
}

TEST_F(ControlClientTest, SaysWhereItLookedWhenNobodyAnswers) {
  server_.reset();
  auto client = ControlClient::open({"", socket_});

  const auto answer = client->ask("GET", "/v1/pins");

  EXPECT_EQ(answer.error().code, Errc::upstream_down);
  EXPECT_THAT(answer.error().context,
              HasSubstr("is larder serve running? looked at " + socket_ + ": connect "));
}

}  // namespace
}  // namespace larder::cli
