// The client's own certificate: who gets to see it, and what becomes of its files.
#include "daemon/http/client_certificate.h"

#include <filesystem>
#include <fstream>

#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::respond;
using testing::ScriptedServer;
using testing::TestAuthority;

CertificateFiles files_of(const testing::ServerCertificate& issued) {
  return {issued.certificate_file, issued.key_file};
}

class ClientCertificateTest : public ClientTest {
 protected:
  ClientCertificateTest() { options_.ca_file = authority_.ca_file(); }

  testing::ServerCertificate server_that_asks() {
    auto certificate = authority_.issue();
    certificate.client_ca_file = authority_.ca_file();
    return certificate;
  }
  Status get_showing(const ScriptedServer& server, bool shown) {
    auto asked = request(server.url("/"));
    asked.with_certificate = shown;
    return send(asked);
  }

  TestAuthority authority_;
};

TEST_F(ClientCertificateTest, IsShownToWhomItIsMeantFor) {
  options_.certificate = files_of(authority_.issue());
  ScriptedServer server(respond(200, "hello"), server_that_asks());

  EXPECT_EQ(told(get_showing(server, true), server), "ok");
}

TEST_F(ClientCertificateTest, IsShownToNobodyElse) {
  options_.certificate = files_of(authority_.issue());
  ScriptedServer server(respond(200, "hello"), server_that_asks());

  EXPECT_EQ(get_showing(server, false).error().code, Errc::upstream_down);

  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(ClientCertificateTest, DoesNotShareAConnectionWithRequestsThatShowNone) {
  options_.certificate = files_of(authority_.issue());
  ScriptedServer server(respond(200, "hello"), authority_.issue());

  ASSERT_TRUE(get_showing(server, true).ok());
  ASSERT_TRUE(get_showing(server, false).ok());

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(ClientCertificateTest, IsReadAgainOnceItHasChanged) {
  TestAuthority wrong;
  testing::TempDirectory directory;
  const auto place = [&](const testing::ServerCertificate& issued) {
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(issued.certificate_file, directory.path() / "c", overwrite);
    std::filesystem::copy_file(issued.key_file, directory.path() / "k", overwrite);
  };
  place(wrong.issue());
  options_.certificate = {directory.path() / "c", directory.path() / "k"};
  ScriptedServer server(respond(200, "hello"), server_that_asks());
  EXPECT_EQ(get_showing(server, true).error().code, Errc::upstream_down);

  place(authority_.issue());

  EXPECT_EQ(told(get_showing(server, true), server), "ok");
}

TEST_F(ClientCertificateTest, IsUsedOnWhileItsFilesDoNotFitTogether) {
  testing::TempDirectory directory;
  const auto good = authority_.issue();
  std::filesystem::copy_file(good.certificate_file, directory.path() / "c");
  std::filesystem::copy_file(good.key_file, directory.path() / "k");
  options_.certificate = {directory.path() / "c", directory.path() / "k"};
  options_.idle_connections_max = 0;
  ScriptedServer server(respond(200, "hello"), server_that_asks());
  ASSERT_TRUE(get_showing(server, true).ok());

  std::ofstream(directory.path() / "k") << "half a key";

  EXPECT_EQ(told(get_showing(server, true), server), "ok");
}

TEST(ClientCertificate, NamesTheFileThatIsWrong) {
  TestAuthority authority;
  const auto good = files_of(authority.issue());
  const auto other = files_of(authority.issue());
  const auto context = [](const CertificateFiles& files) {
    const auto loaded = ClientCertificate::load(files);
    EXPECT_EQ(loaded.error().code, Errc::invalid);
    return loaded.error().context;
  };

  EXPECT_TRUE(context({"/no/such", good.key}).starts_with("client certificate: read /no/such: "));
  EXPECT_TRUE(context({good.key, good.key}).starts_with("client certificate " + good.key + ": "));
  EXPECT_TRUE(context({good.certificate, "/no/such"}).starts_with("client key: read /no/such: "));
  EXPECT_TRUE(context({good.certificate, good.certificate})
                  .starts_with("client key " + good.certificate + ": "));
  EXPECT_EQ(context({good.certificate, other.key}),
            "client key " + other.key + ": it is not the key of " + good.certificate);
}

TEST(ClientOptions, WithACertificateThatDoesNotLoadMakeNoClient) {
  ClientOptions options;
  options.certificate = {"/no/such.pem", "/no/such.key"};

  EXPECT_EQ(Client::create(options).error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::http
