#include "daemon/auth/tokens/subject.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace larder::tokens
