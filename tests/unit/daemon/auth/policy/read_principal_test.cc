#include "daemon/auth/policy/read_principal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

bool is_for(const std::string& principal, const PolicyRequest& request) {
  return allows(R"({"Principal": )" + principal + "}", request);
}

bool is_not_for(const std::string& principal, const PolicyRequest& request) {
  return !allows(R"({"Principal": null, "NotPrincipal": )" + principal + "}", request);
}

PolicyRequest certified(std::string_view subject) {
  PolicyRequest request = alice_pulls();
  request.kind = SubjectKind::certificate;
  request.subject = subject;
  return request;
}

TEST(Principal, MayBeEverybody) {
  EXPECT_TRUE(is_for(R"("*")", alice_pulls()));
  EXPECT_TRUE(is_for(R"("*")", nobody_pulls()));
}

TEST(Principal, MayBeAnybodyWhoIsKnown) {
  EXPECT_TRUE(is_for(R"({"Subject": "*"})", alice_pulls()));
  EXPECT_TRUE(is_for(R"({"Subject": "*"})", web_pulls()));
  EXPECT_FALSE(is_for(R"({"Subject": "*"})", nobody_pulls()));
}

TEST(Principal, IsASubjectByItsName) {
  EXPECT_TRUE(is_for(R"({"Subject": ["bob", "alice"]})", alice_pulls()));
  EXPECT_TRUE(is_for(R"({"Subject": "al?c*"})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"Subject": "bob"})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"Subject": "Alice"})", alice_pulls()));
  EXPECT_TRUE(is_for(R"({"Subject": "system:serviceaccount:shop:*"})", web_pulls()));
}

TEST(Principal, OfAKindIsNoNamesakeOfAnother) {
  EXPECT_TRUE(is_for(R"({"User": "alice"})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"Oidc": "alice"})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"User": "alice"})", certified("alice")));
  EXPECT_TRUE(is_for(R"({"Certificate": "alice"})", certified("alice")));
  EXPECT_FALSE(is_for(R"({"ServiceAccount": "*"})", certified("system:serviceaccount:shop:web")));
}

TEST(Principal, IsAServiceAccount) {
  EXPECT_TRUE(is_for(R"({"ServiceAccount": "shop/web"})", web_pulls()));
  EXPECT_TRUE(is_for(R"({"ServiceAccount": "shop/*"})", web_pulls()));
  EXPECT_TRUE(is_for(R"({"ServiceAccount": "*"})", web_pulls()));
  EXPECT_FALSE(is_for(R"({"ServiceAccount": "shop/api"})", web_pulls()));
  EXPECT_FALSE(is_for(R"({"ServiceAccount": "*"})", alice_pulls()));
}

TEST(Principal, IsAMemberOfAGroup) {
  EXPECT_TRUE(is_for(R"({"Group": "ops"})", alice_pulls()));
  EXPECT_TRUE(is_for(R"({"Group": ["x", "d*"]})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"Group": "sales"})", alice_pulls()));
  EXPECT_FALSE(is_for(R"({"Group": "*"})", web_pulls()));
}

TEST(Principal, IsAnyOfThoseNamed) {
  constexpr char kSome[] = R"({"User": "bob", "Group": "ops", "ServiceAccount": "shop/*"})";

  EXPECT_TRUE(is_for(kSome, alice_pulls()));
  EXPECT_TRUE(is_for(kSome, web_pulls()));
  EXPECT_FALSE(is_for(kSome, nobody_pulls()));
}

TEST(NotPrincipal, IsEverybodyElse) {
  EXPECT_TRUE(is_not_for(R"({"User": "alice"})", alice_pulls()));
  EXPECT_FALSE(is_not_for(R"({"User": "bob"})", alice_pulls()));
  EXPECT_FALSE(is_not_for(R"({"Subject": "*"})", nobody_pulls()));
  EXPECT_TRUE(is_not_for(R"({"Subject": "*"})", web_pulls()));
}

TEST(Principal, HasNoGroupsWhenAnonymous) {
  PolicyRequest request = alice_pulls();
  request.kind = SubjectKind::anonymous;

  EXPECT_FALSE(is_for(R"({"Group": "ops"})", request));
  EXPECT_FALSE(is_for(R"({"Subject": "alice"})", request));
}

TEST(Principal, IsRefusedWhenItIsNone) {
  const auto problem = [](const std::string& principal) {
    return problems_of(one_statement(R"({"Principal": )" + principal + "}"));
  };

  EXPECT_THAT(problem(R"("alice")"), HasSubstr(R"(Principal: got "alice", expected "*", or an)"));
  EXPECT_THAT(problem(R"(["*"])"), HasSubstr("Principal: got a list"));
  EXPECT_THAT(problem("{}"), HasSubstr("Principal: got an object"));
  EXPECT_THAT(problem(R"({"AWS": "*"})"), HasSubstr(R"(Principal: got "AWS", expected)"));
  EXPECT_THAT(problem(R"({"User": []})"), HasSubstr("Principal.User: got an empty list"));
  EXPECT_THAT(problem(R"({"User": ["a", ""]})"), HasSubstr("Principal.User[1]: got \"\""));
  EXPECT_THAT(problem(R"({"User": "${registry:Subject}"})"), HasSubstr("no policy variables"));
  EXPECT_THAT(problem(R"({"ServiceAccount": "web"})"), HasSubstr("expected namespace/name"));
  EXPECT_THAT(problem(R"({"ServiceAccount": "a/b/c"})"), HasSubstr("expected namespace/name"));
}

}  // namespace
}  // namespace larder::policy
