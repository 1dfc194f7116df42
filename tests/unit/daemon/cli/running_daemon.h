// A daemon as far as its control socket shows one, and `larder` run against it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/control/control_socket.h"
#include "tests/support/run_larder.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::cli {

class RunningDaemon : public control::ControlFixture {
 protected:
  RunningDaemon() {
    logger_.set_level(log::Level::error);
    auto server = control::serve_control(socket_, workers_, handler_, logger_);
    CHECK(server.ok());
    server_ = *std::move(server);
  }

  // `arguments` and --socket.
  testing::Outcome larder(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--socket", socket_});
    return testing::run_larder(std::move(arguments));
  }

  const testing::TempDirectory directory_;
  const std::string socket_ = (directory_.path() / "larder.sock").string();
  WorkerPool workers_{{.name = "control", .threads_max = 2, .queue_max = 4}};
  std::unique_ptr<http::Server> server_;
};

}  // namespace larder::cli
