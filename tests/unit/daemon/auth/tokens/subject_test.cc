#include "daemon/auth/tokens/subject.h"

#include <gtest/gtest.h>

#include <chrono>

namespace larder::tokens {
namespace {

TEST(Subject, HasANameForEachKind) {
  for (const auto kind :
       {Subject::Kind::anonymous, Subject::Kind::user, Subject::Kind::service_account,
        Subject::Kind::oidc, Subject::Kind::certificate, Subject::Kind::tenant}) {
    EXPECT_EQ(parse_subject_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(parse_subject_kind("root").has_value());
}

TEST(Subject, IsNamedByACertificate) {
  const WallTime end{std::chrono::seconds(1'700'000'000)};
  const Subject named = subject_of(PeerIdentity{"web", {"DNS:web.example"}, end});
  const Subject nameless = subject_of(PeerIdentity{"", {"URI:spiffe://c/web"}, end});

  EXPECT_EQ(named.kind, Subject::Kind::certificate);
  EXPECT_EQ(named.name, "web");
  EXPECT_EQ(named.expires, end);
  EXPECT_EQ(nameless.name, "URI:spiffe://c/web");
}

}  // namespace
}  // namespace larder::tokens
