// Whom a TLS listener lets in by the certificate they show, and what handlers learn of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/http/server_tls_fixture.h"

namespace larder::http {
namespace {

using testing::CertificateRequest;
using ::testing::ElementsAre;
using testing::get;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TlsClientOptions;

class ClientCertificateListenerTest : public TlsListenerTest {
 protected:
  void start_asking(ClientCertificates mode) {
    start(with({.certificates = {issue()},
                .client_ca = authority_.ca_file(),
                .client_certificates = mode}));
    respond_with("hello");
  }

  TlsClientOptions showing(testing::TestAuthority& authority,
                           const CertificateRequest& request = {}) {
    const auto issued = authority.issue(request);
    return {.certificate_file = issued.certificate_file, .key_file = issued.key_file};
  }
  // The status of an answer to a client with these options; 0: there was none.
  int status_of(const TlsClientOptions& options) {
    auto peer = tls_client(options);
    return get(peer, "/").status;
  }
  const PeerCertificate& shown() {
    return handler_.requests().back().tls->certificate.value();  // the connection keeps it
  }
};

TEST_F(ClientCertificateListenerTest, TellsHandlersWhoAsks) {
  start_asking(ClientCertificates::required);
  auto peer = tls_client(
      showing(authority_, {.names = {"DNS:web.example", "URI:spiffe://example/ns/shop/sa/web",
                                     "IP:10.1.2.3", "IP:2001:db8::1", "email:web@example.org"},
                           .common_name = "web 7"}));

  EXPECT_EQ(get(peer, "/").body, "hello");

  EXPECT_EQ(shown().common_name, "web 7");
  EXPECT_THAT(shown().names, ElementsAre("DNS:web.example", "URI:spiffe://example/ns/shop/sa/web",
                                         "IP:10.1.2.3", "IP:2001:db8::1", "email:web@example.org"));
  const auto left = shown().expires.value() - std::chrono::system_clock::now();
  EXPECT_GT(left, std::chrono::hours(9 * 24));
  EXPECT_LT(left, std::chrono::hours(11 * 24));
}

TEST_F(ClientCertificateListenerTest, TellsHandlersWhoseWordCountsWhoeverAsks) {
  start_asking(ClientCertificates::optional);
  ASSERT_EQ(status_of(showing(authority_)), 200);
  ASSERT_EQ(status_of({}), 200);
  start(plain_tls());
  respond_with("hello");
  ASSERT_EQ(status_of({}), 200);

  const auto& requests = handler_.requests();
  EXPECT_EQ(requests[0].tls->client_realm.size(), 64U);
  EXPECT_EQ(requests[1].tls->client_realm, requests[0].tls->client_realm);
  EXPECT_EQ(requests[2].tls->client_realm, "");
}

TEST_F(ClientCertificateListenerTest, SpeaksTls12WithThem) {
  start_asking(ClientCertificates::required);
  auto options = showing(authority_, {.common_name = "web"});
  options.version_max = TLS1_2_VERSION;
  auto peer = tls_client(options);

  EXPECT_EQ(get(peer, "/").body, "hello");
  EXPECT_EQ(shown().common_name, "web");
}

TEST_F(ClientCertificateListenerTest, RefusesWhoShowsNoneWhereItIsRequired) {
  start_asking(ClientCertificates::required);

  EXPECT_EQ(status_of({}), 0);

  EXPECT_THAT(handler_.requests(), IsEmpty());
  EXPECT_THAT(observer_.wait_for_failure(), HasSubstr("peer did not return a certificate"));
}

TEST_F(ClientCertificateListenerTest, ServesWhoShowsNoneWhereItIsOptional) {
  start_asking(ClientCertificates::optional);

  EXPECT_EQ(status_of({}), 200);

  EXPECT_FALSE(handler_.requests().front().tls->certificate.has_value());
}

TEST_F(ClientCertificateListenerTest, TellsWhoShowsOneWhereItIsOptional) {
  start_asking(ClientCertificates::optional);

  EXPECT_EQ(status_of(showing(authority_, {.common_name = "web"})), 200);

  EXPECT_EQ(handler_.requests().front().tls->certificate->common_name, "web");
}

TEST_F(ClientCertificateListenerTest, RefusesAnotherAuthoritysEvenWhereItIsOptional) {
  testing::TestAuthority other;
  start_asking(ClientCertificates::optional);

  EXPECT_EQ(status_of(showing(other)), 0);

  EXPECT_THAT(handler_.requests(), IsEmpty());
  EXPECT_THAT(observer_.wait_for_failure(), HasSubstr("unable to get local issuer certificate"));
}

TEST_F(ClientCertificateListenerTest, RefusesAnExpiredOne) {
  start_asking(ClientCertificates::required);

  EXPECT_EQ(status_of(showing(authority_, {.expired = true})), 0);

  EXPECT_THAT(handler_.requests(), IsEmpty());
  EXPECT_THAT(observer_.wait_for_failure(), HasSubstr("certificate has expired"));
}

TEST_F(ClientCertificateListenerTest, DoesNotAskForAnyWhereNoneIsWanted) {
  start(plain_tls());

  EXPECT_EQ(status_of(showing(authority_)), 200);

  EXPECT_FALSE(handler_.requests().front().tls->certificate.has_value());
}

TEST_F(ClientCertificateListenerTest, KnowsWhoResumes) {
  start_asking(ClientCertificates::required);
  auto options = showing(authority_, {.common_name = "web"});
  auto first = tls_client(options);
  ASSERT_EQ(get(first, "/").status, 200);
  const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> ticket(first.ticket(),
                                                                         SSL_SESSION_free);
  options.resumed = ticket.get();
  auto second = tls_client(options);

  EXPECT_EQ(get(second, "/").status, 200);

  EXPECT_TRUE(second.was_resumed());
  EXPECT_EQ(shown().common_name, "web");
}

TEST_F(ClientCertificateListenerTest, LeavesOutNamesThatCouldPassForOthers) {
  start_asking(ClientCertificates::required);

  EXPECT_EQ(status_of(showing(authority_, {.names = {"DNS:good.example", "DNS:bad example"},
                                           .common_name = "a\nb"})),
            200);

  EXPECT_THAT(shown().names, ElementsAre("DNS:good.example"));
  EXPECT_EQ(shown().common_name, "");
}

}  // namespace
}  // namespace larder::http
