// The client on a unix socket.
#include "daemon/http/unix_resolver.h"

#include <gmock/gmock.h>

#include "daemon/http/client.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;

class UnixClient : public ServerTest {
 protected:
  Result<BufferedResponse> send(const std::string& path, const std::string& body = "") {
    ClientOptions options;
    options.unix_socket = path;
    auto client = Client::create(options);
    if (!client.ok()) return client.error();
    ClientRequest request;
    request.method = body.empty() ? "GET" : "POST";
    request.url = *Url::parse("http://larder/v1/x");
    request.body = body;
    request.reach = Reach::anywhere;
    return send_buffered(**client, request, 1024, {});
  }

  const testing::TempDirectory directory_;
  const std::string path_ = (directory_.path() / "socket").string();
};

TEST_F(UnixClient, ReachesTheServerWhateverTheHost) {
  start({.address = "unix:" + path_, .body_bytes_max = 64});
  handler_.respond = [](const Request& request) {
    return response_of(200, request.target + request.body);
  };

  EXPECT_EQ(send(path_)->body, "/v1/x");
  EXPECT_EQ(send(path_, "{}")->body, "/v1/x{}");
}

TEST_F(UnixClient, NamesTheSocketItCannotReach) {
  const auto absent = send(path_);

  EXPECT_EQ(absent.error().code, Errc::upstream_down);
  EXPECT_THAT(absent.error().context, HasSubstr(path_));
}

TEST_F(UnixClient, RefusesAPathNoSocketCanHave) {
  EXPECT_EQ(send("/" + std::string(200, 'a')).error().code, Errc::invalid);
}

TEST(UnixResolver, KnowsOneAddress) {
  UnixResolver resolver(*SocketAddress::of_unix_path("/run/x"));

  const auto found = resolver.resolve("any", 80, {MonoTime::max(), "connect"}, {});

  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(0).str(), "/run/x");
}

}  // namespace
}  // namespace larder::http
