// The whole way, over real sockets: endpoint, exchanger and client against a scripted registry.
#include <gtest/gtest.h>

#include <chrono>

#include "daemon/upstream/upstream.h"
#include "tests/support/bytes.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using testing::respond;
using testing::ScriptedConnection;
using testing::ScriptedServer;

const std::string kWireDocument = R"({"schemaVersion":2,"config":{},"layers":[]})";

class WireTest : public ::testing::Test {
 protected:
  WireTest() {
    http::ClientOptions options;
    options.timeouts = {10s, 10s, 10s};
    client_ = http::Client::create(options).value();
  }

  Endpoint& start(const ScriptedServer& server) {
    const auto url = http::Url::parse(server.url("/")).value();
    return endpoint_.emplace(EndpointParts{
        "docker.io", url, http::Reach::anywhere, *client_,
        std::make_unique<FixedCredentials>(std::vector{auth::Credential{"user", "password"}}),
        clock_, observer_, health_.book.of(url)});
  }
  Status get(const std::string& path, std::optional<MonoTime> deadline = std::nullopt) {
    RegistryRequest request;
    request.path = path;
    request.repository = "team/app";
    request.deadline = deadline;
    return endpoint_->send(request, response_, {});
  }

  SystemClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  std::unique_ptr<http::Client> client_;
  std::optional<Endpoint> endpoint_;
  testing::RecordingResponse response_;
};

std::string line_of(const std::string& head, const std::string& name) {
  const auto begin = head.find("\r\n" + name + ": ");
  return begin == std::string::npos
             ? "(none)"
             : head.substr(begin + 2, head.find("\r\n", begin + 2) - begin - 2);
}

TEST_F(WireTest, SendsThePresignedQueryUnchanged) {
  ScriptedServer server(respond(200, "hello"));
  server.next(respond(307, "", {{"Location", "/blob?sig=a%2Fb%2B%3D&c=d+e%20f&g=%zz"}}));
  start(server);

  ASSERT_TRUE(get("/v2/team/app/blobs/x").ok());

  EXPECT_TRUE(server.requests()[1].head.starts_with(
      "GET /blob?sig=a%2Fb%2B%3D&c=d+e%20f&g=%zz HTTP/1.1\r\n"))
      << server.requests()[1].head;
  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(WireTest, DialsNoOtherPortOfTheHostForARedirect) {
  ScriptedServer inside(respond(200, "secret"));
  ScriptedServer server(respond(302, "", {{"Location", inside.url("/")}}));
  start(server);

  EXPECT_EQ(get("/v2/").error().code, Errc::denied);

  EXPECT_EQ(inside.connections(), 0U);
}

// One server plays the registry and the realm; one connection serves all four requests.
TEST_F(WireTest, GetsATokenAndUsesItAgain) {
  ScriptedServer server(respond(200, "hello"));
  server.next(respond(
      401, "{}",
      {{"WWW-Authenticate", "Bearer realm=\"" + server.url("/token") + "\",service=\"reg\""}}));
  server.next(respond(200, R"({"token":"T"})"));
  start(server);

  ASSERT_TRUE(get("/v2/team/app/blobs/x").ok());
  ASSERT_TRUE(get("/v2/team/app/blobs/y").ok());

  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_TRUE(requests[1].head.starts_with(
      "GET /token?service=reg&scope=repository%3Ateam%2Fapp%3Apull HTTP/1.1\r\n"));
  EXPECT_EQ(line_of(requests[1].head, "Authorization"),
            "Authorization: Basic dXNlcjpwYXNzd29yZA==");
  EXPECT_EQ(line_of(requests[2].head, "Authorization"), "Authorization: Bearer T");
  EXPECT_EQ(line_of(requests[3].head, "Authorization"), "Authorization: Bearer T");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(WireTest, KeepsTheDeadlineWhenTheTokenServerIsSlow) {
  ScriptedServer server(testing::say_and_hang(""));
  server.next(
      respond(401, "{}", {{"WWW-Authenticate", "Bearer realm=\"" + server.url("/token") + "\""}}));
  start(server);

  const auto sent = get("/v2/", std::chrono::steady_clock::now() + 100ms);

  EXPECT_EQ(sent.error().code, Errc::timeout);
  EXPECT_NE(sent.error().context.find("total deadline passed"), std::string::npos);
  EXPECT_EQ(sent.error().context.find("scope"), std::string::npos);
}

TEST_F(WireTest, FetchesAManifestByteExact) {
  ScriptedServer server(respond(200, kWireDocument, {{"Content-Type", "application/json"}}));
  std::vector<std::unique_ptr<Endpoint>> endpoints;
  const auto url = http::Url::parse(server.url("/")).value();
  endpoints.push_back(std::make_unique<Endpoint>(EndpointParts{
      "docker.io", url, http::Reach::anywhere, *client_,
      std::make_unique<auth::AnonymousCredentials>(), clock_, observer_, health_.book.of(url)}));
  Upstream upstream("docker.io", std::move(endpoints));

  const auto fetched =
      upstream.get_manifest("team/app", "7", {std::chrono::steady_clock::now() + 10s});

  ASSERT_TRUE(fetched.ok()) << describe(fetched.error());
  EXPECT_EQ(fetched->document.bytes, kWireDocument);
  EXPECT_EQ(fetched->digest, testing::digest_of_text(kWireDocument));
}

}  // namespace
}  // namespace larder::upstream
