// Where redirects lead over real sockets: nowhere inside, never out of TLS, never for ever.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/scripted_server.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using testing::respond;
using testing::ScriptedServer;

class WireRedirectTest : public ::testing::Test {
 protected:
  // From `server`, as the operator wrote it.
  Status get(const ScriptedServer& server) {
    http::ClientOptions options;
    options.timeouts = {10s, 10s, 10s};
    options.ca_file = authority_.ca_file();
    const auto client = http::Client::create(options).value();
    const auto url = http::Url::parse(server.url("/")).value();
    Endpoint endpoint(EndpointParts{
        "docker.io", url, http::Reach::anywhere, *client,
        std::make_unique<FixedCredentials>(std::vector{auth::Credential{"user", "password"}}),
        clock_, observer_, health_.book.of(url)});
    RegistryRequest request;
    request.path = "/v2/team/app/blobs/x";
    request.repository = "team/app";
    return endpoint.send(request, response_, {});
  }
  static testing::Script redirect_to(const std::string& location) {
    return respond(307, "", {{"Location", location}});
  }

  SystemClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  testing::TestAuthority authority_;
  testing::RecordingResponse response_;
};

// An address that is not dialled is denied at once; one that is would be refused or time out.
class InwardRedirects : public WireRedirectTest,
                        public ::testing::WithParamInterface<const char*> {};

TEST_P(InwardRedirects, AreNotDialled) {
  ScriptedServer server(redirect_to(GetParam()));

  const auto sent = get(server);

  EXPECT_EQ(sent.error().code, Errc::denied) << describe(sent.error());
  EXPECT_NE(sent.error().context.find("a local or metadata address"), std::string::npos);
  EXPECT_EQ(response_.heads(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Table, InwardRedirects,
    ::testing::Values("http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/",
                      "http://169.254.169.254:8080/", "http://[::ffff:169.254.169.254]/",
                      "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/",
                      "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://2852039166/",
                      "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
                      "http://0xa9.0xfe.0xa9.0xfe/", "http://169.16689662/", "//169.254.169.254/",
                      "http://metadata.google.internal/", "http://127.0.0.2/", "http://127.1/",
                      "http://2130706433/", "http://0177.0.0.1/", "http://0.0.0.0/", "http://0/",
                      "http://[::1]/", "http://[::]/", "http://localhost/", "http://a.localhost/",
                      "http://168.63.129.16/", "http://100.100.100.200/"));

TEST_F(WireRedirectTest, AreNotDialledInwardsOnALaterHop) {
  ScriptedServer server(redirect_to("http://169.254.169.254/"));
  server.next(redirect_to("/elsewhere"));

  EXPECT_EQ(get(server).error().code, Errc::denied);

  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(WireRedirectTest, AreNotFollowedFromHttpsToHttp) {
  ScriptedServer plain(respond(200, "hello"));
  ScriptedServer server(redirect_to(plain.url("/")), authority_.issue());

  EXPECT_EQ(get(server).error().code, Errc::denied);

  EXPECT_EQ(plain.connections(), 0U);
}

TEST_F(WireRedirectTest, AreNotFollowedFromHttpsToHttpOnALaterHop) {
  ScriptedServer plain(respond(200, "hello"));
  ScriptedServer server(redirect_to(plain.url("/")), authority_.issue());
  server.next(redirect_to("/elsewhere"));

  EXPECT_EQ(get(server).error().code, Errc::denied);

  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(plain.connections(), 0U);
}

TEST_F(WireRedirectTest, AreNotFollowedForEver) {
  ScriptedServer server(redirect_to("/again"));

  const auto sent = get(server);

  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("more than 5 redirects"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 6U);
}

}  // namespace
}  // namespace larder::upstream
