#include "daemon/http/tls_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/http/certificate_pair.h"
#include "tests/support/test_certificates.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PeerCertificate issued(const testing::CertificateRequest& request) {
  testing::TestAuthority authority;
  const auto files = authority.issue(request);
  return PeerCertificate::of(
      *CertificatePair::read({files.certificate_file, files.key_file}, "client")
           .value()
           ->certificate);
}

TEST(PeerCertificate, TellsWhoseItIs) {
  const auto peer = issued({.names = {"DNS:a.example", "URI:spiffe://a/b", "IP:10.0.0.1"},
                            .common_name = "Build Server 7"});

  EXPECT_EQ(peer.common_name, "Build Server 7");
  EXPECT_THAT(peer.names, ElementsAre("DNS:a.example", "URI:spiffe://a/b", "IP:10.0.0.1"));
}

TEST(PeerCertificate, TellsWhenItEnds) {
  EXPECT_GT(issued({}).expires, std::chrono::system_clock::now());
  EXPECT_LT(issued({.expired = true}).expires, std::chrono::system_clock::now());
}

TEST(PeerCertificate, LeavesOutNamesThatCouldPassForOthers) {
  const auto peer = issued({.names = {"email:a b@c"}, .common_name = "a\nb"});

  EXPECT_EQ(peer.common_name, "");
  EXPECT_THAT(peer.names, IsEmpty());
}

}  // namespace
}  // namespace larder::http
