// A whole daemon in this process, in front of a scripted upstream, and raw clients for it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "daemon/cli/daemon.h"
#include "tests/support/fake_registry.h"
#include "tests/support/raw_client.h"
#include "tests/support/store_fixture.h"
#include "tests/support/temp_directory.h"

namespace larder::testing {

class DaemonFixture : public ::testing::Test {
 protected:
  DaemonFixture() {
    config_ = config::default_config();
    config_.cache.path = directory_.path();
    config_.cache.budget = {std::nullopt, 1 << 30};
    config_.cache.free_floor = {std::nullopt, 0};
    config_.listeners = {{.name = "node", .address = "127.0.0.1:0"}};
    config_.metrics_address = "127.0.0.1:0";
    config_.control = {run_directory_.path() / "larder.sock", /*is_required=*/true};
  }

  // The upstream that "reg.test" stands for.
  void serve(Script script) {
    upstream_ = std::make_unique<ScriptedServer>(std::move(script));
    const auto url = "http://127.0.0.1:" + std::to_string(upstream_->port());
    config_.upstreams = {
        {.match = "reg.test", .endpoints = {{.url = url}}, .auth = {}, .ca_file = {}}};
  }

  void start() {
    daemon_.reset();
    auto daemon = cli::Daemon::start(config_, logger_);
    ASSERT_TRUE(daemon.ok()) << describe(daemon.error());
    daemon_ = *std::move(daemon);
  }

  std::string address() const { return daemon_->addresses().at(0); }

  RawResponse fetch(const std::string& target) {
    RawClient client(address());
    return get(client, target);
  }

  // The value of a metric's line that begins like this; -1 when there is none.
  double metric(const std::string& line_start) {
    RawClient client(daemon_->metrics_address());
    const std::string text = "\n" + get(client, "/metrics").body;
    const auto at = text.find("\n" + line_start + " ");
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(at + line_start.size() + 2));
  }

  // What an upstream sent is counted once its request has ended, a moment after the last byte may
  // have been served.
  double metric_once_counted(const std::string& line_start) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    double value = metric(line_start);
    while (value < 0 && std::chrono::steady_clock::now() < deadline) value = metric(line_start);
    return value;
  }

  // False when it does not come to this value in a while.
  bool wait_for_metric(const std::string& line_start, double value) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (metric(line_start) != value) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
    }
    return true;
  }

  TempDirectory directory_;
  TempDirectory run_directory_;
  config::Config config_;
  log::Logger logger_{log::Level::error, log::Format::text};
  std::unique_ptr<ScriptedServer> upstream_;
  std::unique_ptr<cli::Daemon> daemon_;
};

inline std::string header(const RawResponse& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

}  // namespace larder::testing
