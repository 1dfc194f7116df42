// What the config says of a listener, as the server takes it.
#include "daemon/cli/server_options.h"

#include <gtest/gtest.h>

#include "daemon/control/listener_telemetry.h"
#include "tests/support/fake_clock.h"

namespace larder::cli {
namespace {

using namespace std::chrono_literals;

class ServerOptionsTest : public ::testing::Test {
 protected:
  http::ServerOptions options() { return server_options(listener_, telemetry_); }

  config::Listener listener_{.name = "endpoint", .address = "10.0.0.1:5443"};
  testing::FakeClock clock_;
  control::Metrics metrics_{"1.2.3"};
  log::Logger logger_{log::Level::info, log::Format::json};
  control::ListenerTelemetry telemetry_{metrics_, logger_, clock_};
};

TEST_F(ServerOptionsTest, NameTheListenerAndWhoHearsOfIt) {
  EXPECT_EQ(options().name, "endpoint");
  EXPECT_EQ(options().address, "10.0.0.1:5443");
  EXPECT_EQ(options().observer, &telemetry_);
  EXPECT_FALSE(options().tls.has_value());
  EXPECT_TRUE(options().allow.empty());
}

TEST_F(ServerOptionsTest, ApproveOfAPublicAddressOnlyWhenItSaysSo) {
  EXPECT_TRUE(options().approve("10.0.0.1:5443").ok());
  EXPECT_EQ(options().approve("8.8.8.8:5443").error().code, Errc::invalid);

  listener_.is_public = true;

  EXPECT_TRUE(options().approve("8.8.8.8:5443").ok());
}

TEST_F(ServerOptionsTest, SpareThreadsAndDescriptorsForListenersOfThisMachine) {
  EXPECT_EQ(options().spare_workers, 256U);
  EXPECT_GT(options().descriptors_max, 0U);

  listener_.address = "127.0.0.1:5050";

  EXPECT_EQ(options().spare_workers, 0U);
  EXPECT_EQ(options().descriptors_max, 0U);
}

TEST_F(ServerOptionsTest, TakeBodiesOnlyWhereTokensAreGiven) {
  EXPECT_EQ(options().body_bytes_max, 0U);

  listener_.auth = config::ListenerAuth::tenant;

  EXPECT_EQ(options().body_bytes_max, 64U * 1024);
}

TEST_F(ServerOptionsTest, HoldSourcesAndProxies) {
  listener_.allow = {"10.0.0.0/8", "fd00::1"};
  listener_.proxies = {"10.0.0.7"};

  EXPECT_TRUE(http::any_contains(options().allow, *http::parse_address("10.9.9.9")));
  EXPECT_TRUE(http::any_contains(options().allow, *http::parse_address("fd00::1")));
  EXPECT_FALSE(http::any_contains(options().allow, *http::parse_address("11.0.0.1")));
  EXPECT_TRUE(http::any_contains(options().proxies, *http::parse_address("10.0.0.7")));
}

TEST_F(ServerOptionsTest, HoldCertificates) {
  listener_.tls = {{{"/a.crt", "/a.key"}, {"/b.crt", "/b.key"}},
                   "/ca.crt",
                   config::ClientCertificates::optional};

  const auto tls = options().tls;

  ASSERT_TRUE(tls.has_value());
  EXPECT_EQ(tls->certificates[1].certificate, "/b.crt");
  EXPECT_EQ(tls->certificates[1].key, "/b.key");
  EXPECT_EQ(tls->client_ca, "/ca.crt");
  EXPECT_EQ(tls->client_certificates, http::ClientCertificates::optional);
}

TEST_F(ServerOptionsTest, HoldLimits) {
  listener_.limits = {100, 50, 1'000'000, 10, 5, 500'000, 3s, 4s};

  EXPECT_EQ(options().connections_max, 100U);
  EXPECT_EQ(options().requests_max, 50U);
  EXPECT_EQ(options().bytes_per_second, 1'000'000U);
  EXPECT_EQ(options().of_source, (http::ShareLimits{10, 5, 500'000}));
  EXPECT_EQ(options().head_timeout, 3s);
  EXPECT_EQ(options().idle_timeout, 4s);
}

TEST_F(ServerOptionsTest, HoldWhoMayUseASocket) {
  listener_.socket = {0660, {0, 1000}};

  EXPECT_EQ(options().unix_mode, 0660U);
  EXPECT_EQ(options().peer_uids, (std::vector<uid_t>{0, 1000}));
}

}  // namespace
}  // namespace larder::cli
