// A listener's certificates: what is refused at the start, and what becomes of files that change.
#include "daemon/http/tls_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/server_tls_fixture.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using testing::get;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// While it lives the process opens no file.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit none{0, usual_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &usual_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit usual_{};
};

class CertificateRotationTest : public TlsListenerTest {
 protected:
  CertificateFiles place(const testing::CertificateRequest& request) {
    const auto issued = authority_.issue(request);
    const CertificateFiles placed{directory_.path() / "tls.crt", directory_.path() / "tls.key"};
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(issued.certificate_file, placed.certificate, overwrite);
    std::filesystem::copy_file(issued.key_file, placed.key, overwrite);
    return placed;
  }
  void break_key() { std::ofstream(directory_.path() / "tls.key") << "half a key"; }

  std::unique_ptr<TlsServer> load(const CertificateFiles& files) {
    auto loaded = TlsServer::create({.certificates = {files}}, "node", &observer_);
    CHECK(loaded.ok());
    return std::move(*loaded);
  }

  // Whether new connections get to see `common_name` before long.
  bool comes_to_show(const std::string& common_name) {
    const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
    while (std::chrono::steady_clock::now() < deadline) {
      if (tls_client().server() == common_name) return true;
    }
    return false;
  }

  testing::TempDirectory directory_;
};

TEST_F(CertificateRotationTest, NewConnectionsGetTheNewOneAndOthersGoOn) {
  start(with({.certificates = {place({.common_name = "old"})}}));
  respond_with("hello");
  auto running = tls_client();
  ASSERT_EQ(get(running, "/").body, "hello");
  ASSERT_EQ(running.server(), "old");

  const auto files = place({.common_name = "new"});

  EXPECT_TRUE(comes_to_show("new"));
  EXPECT_EQ(get(running, "/").body, "hello");
  EXPECT_THAT(observer_.loaded(), ElementsAre(files.certificate, files.certificate));
  EXPECT_THAT(observer_.refused(), IsEmpty());
}

TEST_F(CertificateRotationTest, ABrokenFileIsToldOfOnceAndTheOldOneStays) {
  const auto server = load(place({}));

  break_key();
  for (int i = 0; i < 4; ++i) server->maintain();

  EXPECT_THAT(observer_.refused(), SizeIs(1));
  EXPECT_THAT(observer_.refused().front(), HasSubstr("server key "));
  EXPECT_THAT(observer_.loaded(), SizeIs(1));
  EXPECT_NE(server->accept(0), nullptr);
}

TEST_F(CertificateRotationTest, AFileThatIsMissingIsToldOfOnce) {
  const auto server = load(place({}));

  std::filesystem::remove(directory_.path() / "tls.crt");
  for (int i = 0; i < 4; ++i) server->maintain();

  EXPECT_THAT(observer_.refused(), SizeIs(1));
}

TEST_F(CertificateRotationTest, APipeInTheirPlaceKeepsNobodyWaiting) {
  const auto files = place({});
  const auto server = load(files);
  std::filesystem::remove(files.certificate);
  ASSERT_EQ(::mkfifo(files.certificate.c_str(), 0600), 0);

  for (int i = 0; i < 2; ++i) server->maintain();

  EXPECT_THAT(observer_.refused(), ElementsAre(HasSubstr("no regular file")));
}

TEST_F(CertificateRotationTest, WhatCouldNotBeReadIsTriedAgain) {
  const auto server = load(place({}));
  place({});

  {
    const NoDescriptors none;
    for (int i = 0; i < 3; ++i) server->maintain();
  }
  server->maintain();

  EXPECT_THAT(observer_.refused(), ElementsAre(HasSubstr("Too many open files")));
  EXPECT_THAT(observer_.loaded(), SizeIs(2));
}

TEST_F(CertificateRotationTest, TheMiddleOfARotationIsNotToldOf) {
  const auto server = load(place({}));

  break_key();
  server->maintain();
  place({});
  server->maintain();
  server->maintain();

  EXPECT_THAT(observer_.refused(), IsEmpty());
  EXPECT_THAT(observer_.loaded(), SizeIs(2));
}

TEST_F(CertificateRotationTest, ASecondBreakIsToldOfToo) {
  const auto server = load(place({}));
  break_key();
  for (int i = 0; i < 2; ++i) server->maintain();
  place({});
  server->maintain();

  break_key();
  for (int i = 0; i < 2; ++i) server->maintain();

  EXPECT_THAT(observer_.refused(), SizeIs(2));
}

TEST_F(CertificateRotationTest, WhatIsUnchangedIsNotReadAgain) {
  const auto server = load(place({}));

  for (int i = 0; i < 3; ++i) server->maintain();

  EXPECT_THAT(observer_.loaded(), SizeIs(1));
}

class AuthorityRotationTest : public CertificateRotationTest {
 protected:
  TlsOptions trusting(testing::TestAuthority& authority) {
    place_authority(authority);
    return {.certificates = {issue()},
            .client_ca = client_ca_,
            .client_certificates = ClientCertificates::optional};
  }
  void place_authority(testing::TestAuthority& authority) {
    std::filesystem::copy_file(authority.ca_file(), client_ca_,
                               std::filesystem::copy_options::overwrite_existing);
  }

  const std::string client_ca_ = directory_.path() / "client-ca.crt";
  testing::TestAuthority other_;
};

TEST_F(AuthorityRotationTest, OutdatesSessionsThatBeganBefore) {
  auto loaded = TlsServer::create(trusting(authority_), "node", &observer_);
  ASSERT_TRUE(loaded.ok());
  const auto server = std::move(*loaded);
  const auto before = server->accept(0);
  server->maintain();
  EXPECT_FALSE(before->is_outdated());

  place_authority(other_);
  server->maintain();

  EXPECT_TRUE(before->is_outdated());
  EXPECT_FALSE(server->accept(0)->is_outdated());
}

TEST_F(AuthorityRotationTest, EndsConnectionsBeforeTheirNextRequest) {
  start(with(trusting(authority_)));
  respond_with("hello");
  auto peer = tls_client();
  ASSERT_EQ(get(peer, "/").body, "hello");

  place_authority(other_);
  const auto deadline = std::chrono::steady_clock::now() + testing::RawClient::kDeadline;
  while (get(peer, "/").status == 200 && std::chrono::steady_clock::now() < deadline) {
  }

  EXPECT_TRUE(peer.ended());
  EXPECT_EQ(tls_client().shook_hands(), true);
}

class BadTlsOptions : public TlsListenerTest {
 protected:
  std::string refusal(TlsOptions tls) {
    WorkerPool pool({"http", 1, 1, std::chrono::seconds(10)});
    const auto started = Server::start(with(std::move(tls)), pool, handler_);
    return started.ok() ? "" : describe(started.error());
  }
};

TEST_F(BadTlsOptions, AreRefusedForAMissingFile) {
  EXPECT_THAT(refusal({.certificates = {{"/no/such.pem", "/no/such.key"}}}),
              HasSubstr("listener node: server certificate: read /no/such.pem: No such file"));
}

TEST_F(BadTlsOptions, AreRefusedForAnothersKey) {
  EXPECT_THAT(refusal({.certificates = {{issue().certificate, issue().key}}}),
              HasSubstr("it is not the key of"));
}

TEST_F(BadTlsOptions, AreRefusedForAnAuthorityThatCannotBeRead) {
  EXPECT_THAT(refusal({.certificates = {issue()},
                       .client_ca = "/no/such/ca.pem",
                       .client_certificates = ClientCertificates::optional}),
              HasSubstr("CA file of clients: read /no/such/ca.pem: No such file or directory"));
}

TEST_F(BadTlsOptions, AreRefusedWithoutACertificate) {
  EXPECT_THAT(refusal({}), HasSubstr("no certificate is named"));
}

}  // namespace
}  // namespace larder::http
