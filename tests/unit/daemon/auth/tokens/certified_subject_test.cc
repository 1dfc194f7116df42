#include "daemon/auth/tokens/certified_subject.h"

#include <gtest/gtest.h>

#include <chrono>

namespace larder::tokens {
namespace {

constexpr WallTime kCertificateEnd{std::chrono::seconds(1'700'000'000)};

http::Request shown_by(std::optional<http::PeerCertificate> certificate) {
  http::Request request{"GET", "/token", {}, "10.0.0.1:1000", "node"};
  request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{"", std::move(certificate), "r1"});
  return request;
}

http::Request at_listener_of(const std::string& realm) {
  auto request = shown_by({});
  request.tls = std::make_shared<http::TlsPeer>(http::TlsPeer{"", {}, realm});
  return request;
}

TEST(CertifiedSubject, IsNamedByTheCertificate) {
  const auto named =
      certified_subject(shown_by(http::PeerCertificate{"web", {"DNS:web.test"}, kCertificateEnd}));
  const auto uncommon =
      certified_subject(shown_by(http::PeerCertificate{{}, {"URI:spiffe://c/web", "DNS:w"}, {}}));

  EXPECT_EQ(named->kind, Subject::Kind::certificate);
  EXPECT_EQ(named->name, "web");
  EXPECT_EQ(named->expires, kCertificateEnd);
  EXPECT_EQ(named->realm, "r1");
  EXPECT_EQ(uncommon->name, "URI:spiffe://c/web");
}

TEST(CertifiedSubject, IsNobodyWithoutAName) {
  EXPECT_FALSE(certified_subject(shown_by(http::PeerCertificate{{}, {}, kCertificateEnd})));
}

// As PeerCertificate has them; an empty one is one that cannot be shown.
class BadCommonNames : public ::testing::TestWithParam<const char*> {};

TEST_P(BadCommonNames, AreNobodysEvenBesideGoodAlternativeOnes) {
  EXPECT_FALSE(certified_subject(shown_by(http::PeerCertificate{GetParam(), {"DNS:w"}, {}})));
}

INSTANTIATE_TEST_SUITE_P(CertifiedSubject, BadCommonNames,
                         ::testing::Values("", "DNS:admin.example", "dns:admin.example",
                                           "Dns:", "URI:spiffe://c/web", "uri:x", "IP:10.0.0.1",
                                           "ip:1", "email:a@b", "EMAIL:a@b", " DNS:admin.example"));

class GoodCommonNames : public ::testing::TestWithParam<const char*> {};

TEST_P(GoodCommonNames, AreTakenAsTheyAre) {
  const auto subject = certified_subject(shown_by(http::PeerCertificate{GetParam(), {}, {}}));

  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->name, GetParam());
}

INSTANTIATE_TEST_SUITE_P(CertifiedSubject, GoodCommonNames,
                         ::testing::Values("web", "Build Server 7", "dns.example", "DNS", "ip",
                                           "system:node:n1", "a DNS:b"));

TEST(CertifiedSubject, IsNobodyWithoutACertificate) {
  EXPECT_FALSE(certified_subject(shown_by({})));
  EXPECT_FALSE(certified_subject({"GET", "/token", {}, "10.0.0.1:1000", "node"}));
}

TEST(CertifiedSubject, CountsWhereTheSameAuthoritiesVouchForIt) {
  const Subject certified{.kind = Subject::Kind::certificate, .name = "web", .realm = "r1"};
  const Subject of_nobody{.kind = Subject::Kind::certificate, .name = "web"};

  EXPECT_TRUE(counts_at(certified, at_listener_of("r1")));
  EXPECT_FALSE(counts_at(certified, at_listener_of("r2")));
  EXPECT_FALSE(counts_at(certified, at_listener_of("")));
  EXPECT_FALSE(counts_at(certified, {"GET", "/token", {}, "10.0.0.1:1000", "node"}));
  EXPECT_FALSE(counts_at(of_nobody, at_listener_of("")));
}

TEST(CertifiedSubject, HasNoSayOverOthers) {
  const Subject alice{.kind = Subject::Kind::user, .name = "alice"};

  EXPECT_TRUE(counts_at(alice, at_listener_of("r1")));
  EXPECT_TRUE(counts_at(alice, {"GET", "/token", {}, "10.0.0.1:1000", "node"}));
}

}  // namespace
}  // namespace larder::tokens
