// A client with short deadlines, and what it takes to send with it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/http/client.h"
#include "tests/support/recording_response.h"
#include "tests/support/scripted_server.h"

namespace larder::http {

// Long where only a failure would make a test wait, short where a test waits for it to pass.
inline constexpr std::chrono::milliseconds kLong{10'000};
inline constexpr std::chrono::milliseconds kShort{50};

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { options_.timeouts = {kLong, kLong, kLong}; }

  // The client is made at first use, of `options_`.
  Client& client() {
    if (client_ == nullptr) {
      auto made = Client::create(options_);
      EXPECT_TRUE(made.ok()) << describe(made.error());
      client_ = std::move(made).value();
    }
    return *client_;
  }

  static ClientRequest request(const std::string& url) {
    ClientRequest made;
    made.url = Url::parse(url).value();
    made.reach = Reach::anywhere;
    return made;
  }

  Status send(const ClientRequest& request) { return client().send(request, response_, {}); }
  Status get(const testing::ScriptedServer& server, std::string_view target = "/") {
    return send(request(server.url(target)));
  }

  // What the client says of `status`, without the port, which differs from run to run.
  static std::string told(const Status& status, const testing::ScriptedServer& server) {
    if (status.ok()) return "ok";
    auto text = describe(status.error());
    const auto address = "127.0.0.1:" + std::to_string(server.port());
    for (auto at = text.find(address); at != std::string::npos; at = text.find(address)) {
      text.replace(at, address.size(), "PEER");
    }
    return text;
  }

  ClientOptions options_;
  testing::RecordingResponse response_;

 private:
  std::unique_ptr<Client> client_;
};

}  // namespace larder::http
