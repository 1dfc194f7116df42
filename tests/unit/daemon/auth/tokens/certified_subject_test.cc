#include "daemon/auth/tokens/certified_subject.h"

#include <gtest/gtest.h>

#include <chrono>

namespace larder::tokens {
namespace {

constexpr WallTime kCertificateEnd{std::chrono::seconds(1'700'000'000)};

http::Request shown_by(std::optional<http::PeerCertificate> certificate) {
  http::Request request{"GET", "/token", {}, "10.0.0.1:1000", "node"};
  request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{"", std::move(certificate)});
  return request;
}

TEST(CertifiedSubject, IsNamedByTheCertificate) {
  const auto named =
      certified_subject(shown_by(http::PeerCertificate{"web", {"DNS:web.test"}, kCertificateEnd}));
  const auto uncommon =
      certified_subject(shown_by(http::PeerCertificate{"", {"URI:spiffe://c/web", "DNS:w"}, {}}));

  EXPECT_EQ(named->kind, Subject::Kind::certificate);
  EXPECT_EQ(named->name, "web");
  EXPECT_EQ(named->names, std::vector<std::string>{"DNS:web.test"});
  EXPECT_EQ(named->expires, kCertificateEnd);
  EXPECT_EQ(uncommon->name, "URI:spiffe://c/web");
}

TEST(CertifiedSubject, IsNobodyWithoutAName) {
  EXPECT_FALSE(certified_subject(shown_by(http::PeerCertificate{"", {}, kCertificateEnd})));
}

TEST(CertifiedSubject, IsNobodyWithoutACertificate) {
  EXPECT_FALSE(certified_subject(shown_by({})));
  EXPECT_FALSE(certified_subject({"GET", "/token", {}, "10.0.0.1:1000", "node"}));
}

}  // namespace
}  // namespace larder::tokens
