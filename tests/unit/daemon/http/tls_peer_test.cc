#include "daemon/http/tls_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <memory>

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

// The common name of a certificate whose subject has these, as they are.
std::optional<std::string> shown_of(const std::vector<std::string>& common_names) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  for (const auto& one : common_names) {
    X509_NAME_add_entry_by_NID(
        X509_get_subject_name(certificate.get()), NID_commonName, V_ASN1_UTF8STRING,
        reinterpret_cast<const unsigned char*>(one.data()), static_cast<int>(one.size()), -1, 0);
  }
  return PeerCertificate::of(*certificate).common_name;
}

TEST(PeerCertificate, TellsNoCommonNameFromOneThatCannotBeShown) {
  EXPECT_EQ(shown_of({}), std::nullopt);
  EXPECT_EQ(shown_of({"web"}), "web");
  for (const std::string& hidden : {std::string("admin\0x", 7), std::string("a\nb"),
                                    std::string("\u0430dmin"), std::string("a\x7f")}) {
    EXPECT_EQ(shown_of({hidden}), "") << hidden;
  }
  EXPECT_EQ(shown_of({"web", "admin"}), "");
  EXPECT_EQ(shown_of({"web", "web"}), "");
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
