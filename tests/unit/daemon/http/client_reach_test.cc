// Where names may lead: a peer's word never leads inside the host.
#include <deque>

#include "daemon/http/client_connection.h"
#include "daemon/http/pooled_client.h"
#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::respond;
using testing::ScriptedServer;

// Names lead where the test says.
class FakeResolver final : public Resolver {
 public:
  explicit FakeResolver(std::vector<SocketAddress> addresses) : addresses_(std::move(addresses)) {}

  Result<std::vector<SocketAddress>> resolve(const std::string&, std::uint16_t, const Deadline&,
                                             std::stop_token) override {
    return addresses_;
  }

 private:
  const std::vector<SocketAddress> addresses_;
};

class ClientReachTest : public ClientTest {
 protected:
  Status send_resolved(std::vector<SocketAddress> addresses, Reach reach) {
    options_.timeouts = {kLong, kLong, kLong};
    PooledClient client(options_, std::make_unique<FakeResolver>(std::move(addresses)),
                        TlsContext::create("").value());
    auto asked = request("http://registry.example/");
    asked.reach = reach;
    return client.send(asked, response_, {});
  }
  ClientOptions options_;

  SocketAddress address(const ScriptedServer& server) {
    return *SocketAddress::parse("127.0.0.1", server.port());
  }
};

TEST_F(ClientReachTest, DialsLocalAddressesForTheOperator) {
  ScriptedServer server(respond(200));

  EXPECT_TRUE(send_resolved({address(server)}, Reach::anywhere).ok());

  EXPECT_NE(server.requests().front().head.find("Host: registry.example\r\n"), std::string::npos);
}

TEST_F(ClientReachTest, DialsOnlyWhereTheEgressAllows) {
  ScriptedServer server(respond(200));
  options_.egress = {*IpBlock::parse("10.0.0.0/8")};

  const auto sent = send_resolved({address(server)}, Reach::anywhere);

  EXPECT_EQ(describe(sent.error()),
            "denied: registry.example: no address of it is in `egress.allow`");
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(ClientReachTest, PassesOverAddressesOutsideTheEgress) {
  ScriptedServer server(respond(200));
  options_.egress = {*IpBlock::parse("127.0.0.0/8")};

  EXPECT_TRUE(
      send_resolved({*SocketAddress::parse("192.0.2.1", 80), address(server)}, Reach::anywhere)
          .ok());
}

TEST_F(ClientReachTest, DialsNoLocalAddressForAPeer) {
  ScriptedServer server(respond(200));

  const auto sent = send_resolved({address(server)}, Reach::public_only);

  EXPECT_EQ(describe(sent.error()), "denied: registry.example: a local or metadata address");
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(ClientReachTest, DialsNoMetadataAddressForAPeer) {
  for (const char* ip : {"169.254.169.254", "fd00:ec2::254", "::1", "0.0.0.0"}) {
    const auto sent = send_resolved({*SocketAddress::parse(ip, 80)}, Reach::public_only);

    EXPECT_EQ(sent.error().code, Errc::denied) << ip;
  }
}

TEST_F(ClientReachTest, ConnectsToWhicheverAddressAnswers) {
  ScriptedServer server(respond(200));
  std::uint16_t closed = 0;
  { closed = ScriptedServer(respond(200)).port(); }

  const auto sent =
      send_resolved({*SocketAddress::parse("127.0.0.1", closed), address(server)}, Reach::anywhere);

  EXPECT_TRUE(sent.ok()) << describe(sent.error());
}

}  // namespace
}  // namespace larder::http
