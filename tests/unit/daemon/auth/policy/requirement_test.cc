// What each condition says to requests that have its key, and to those that lack it.
#include "daemon/auth/policy/requirement.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

std::string condition(const std::string& op, const std::string& key, const std::string& value) {
  return R"({"Condition": {")" + op + R"(": {"registry:)" + key + R"(": )" + value + "}}}";
}

bool meets(const std::string& op, const std::string& key, const std::string& value,
           const PolicyRequest& request = web_pulls()) {
  return allows(condition(op, key, value), request);
}

TEST(StringCondition, ComparesTheWholeText) {
  EXPECT_TRUE(meets("StringEquals", "Namespace", R"("shop")"));
  EXPECT_TRUE(meets("StringEquals", "Namespace", R"(["bank", "shop"])"));
  EXPECT_FALSE(meets("StringEquals", "Namespace", R"("sho")"));
  EXPECT_FALSE(meets("StringEquals", "Namespace", R"("s*")"));
  EXPECT_FALSE(meets("StringEquals", "Namespace", R"("Shop")"));
  EXPECT_TRUE(meets("StringEqualsIgnoreCase", "Namespace", R"("sHOP")"));
  EXPECT_TRUE(meets("StringLike", "Namespace", R"("s?o*")"));
  EXPECT_FALSE(meets("StringLike", "Namespace", R"("b*")"));
}

TEST(StringCondition, NegatedWantsNoneOfTheValues) {
  EXPECT_FALSE(meets("StringNotEquals", "Namespace", R"(["bank", "shop"])"));
  EXPECT_TRUE(meets("StringNotEquals", "Namespace", R"(["bank", "mail"])"));
  EXPECT_FALSE(meets("StringNotEqualsIgnoreCase", "Namespace", R"("SHOP")"));
  EXPECT_FALSE(meets("StringNotLike", "Namespace", R"("s*")"));
}

TEST(StringCondition, ComparesWithVariables) {
  EXPECT_TRUE(meets("StringEquals", "ServiceAccount", R"("${registry:Namespace}/web")"));
  EXPECT_FALSE(meets("StringLike", "Repository", R"("${registry:Namespace}/*")"));
}

// The IAM user guide's table for keys that a request lacks.
TEST(Condition, WithoutItsKeyIsMetOnlyWhenNegated) {
  const PolicyRequest nobody = nobody_pulls();

  EXPECT_FALSE(meets("StringEquals", "Namespace", R"("shop")", nobody));
  EXPECT_FALSE(meets("StringLike", "Namespace", R"("*")", nobody));
  EXPECT_TRUE(meets("StringNotEquals", "Namespace", R"("shop")", nobody));
  EXPECT_TRUE(meets("StringNotEqualsIgnoreCase", "Namespace", R"("shop")", nobody));
  EXPECT_TRUE(meets("StringNotLike", "Namespace", R"("*")", nobody));
  EXPECT_FALSE(meets("IpAddress", "SourceIp", R"("0.0.0.0/0")", nobody));
  EXPECT_TRUE(meets("NotIpAddress", "SourceIp", R"("0.0.0.0/0")", nobody));
}

TEST(Condition, OnThePlaceFitsWhoAsksFromAnywhere) {
  PolicyRequest request = web_pulls();
  request.is_from_anywhere = true;

  EXPECT_TRUE(meets("IpAddress", "SourceIp", R"("192.0.2.1")", request));
  EXPECT_TRUE(meets("Bool", "SecureTransport", R"("true")", request));
  EXPECT_TRUE(meets("Bool", "SecureTransport", R"("false")", request));
  EXPECT_FALSE(meets("StringEquals", "Namespace", R"("other")", request));
}

TEST(Condition, WithoutItsKeyIsMetIfExists) {
  const PolicyRequest nobody = nobody_pulls();

  EXPECT_TRUE(meets("StringEqualsIfExists", "Namespace", R"("shop")", nobody));
  EXPECT_TRUE(meets("StringNotLikeIfExists", "Namespace", R"("*")", nobody));
  EXPECT_TRUE(meets("IpAddressIfExists", "SourceIp", R"("10.0.0.0/8")", nobody));
  EXPECT_FALSE(meets("StringEqualsIfExists", "Namespace", R"("bank")"));
  EXPECT_FALSE(meets("IpAddressIfExists", "SourceIp", R"("192.168.0.0/16")"));
  EXPECT_TRUE(meets("BoolIfExists", "SecureTransport", "true"));
}

TEST(NullCondition, AsksWhetherTheKeyIsMissing) {
  EXPECT_TRUE(meets("Null", "Namespace", R"("true")", nobody_pulls()));
  EXPECT_FALSE(meets("Null", "Namespace", "true"));
  EXPECT_TRUE(meets("Null", "Namespace", R"("false")"));
  EXPECT_FALSE(meets("Null", "Groups", "false", web_pulls()));
  EXPECT_TRUE(meets("Null", "Groups", "false", alice_pulls()));
}

TEST(IpCondition, ComparesTheSource) {
  EXPECT_TRUE(meets("IpAddress", "SourceIp", R"(["192.168.0.0/16", "10.0.0.0/8"])"));
  EXPECT_FALSE(meets("IpAddress", "SourceIp", R"("10.2.0.0/16")"));
  EXPECT_FALSE(meets("NotIpAddress", "SourceIp", R"(["192.168.0.0/16", "10.0.0.0/8"])"));
  EXPECT_TRUE(meets("NotIpAddress", "SourceIp", R"("2001:db8::/32")"));
}

TEST(DateCondition, ComparesTheTime) {
  constexpr char kNow[] = R"("2023-11-14T22:13:20Z")";
  constexpr char kLater[] = R"("2023-11-14T22:13:21Z")";

  EXPECT_TRUE(meets("DateEquals", "CurrentTime", kNow));
  EXPECT_FALSE(meets("DateNotEquals", "CurrentTime", kNow));
  EXPECT_TRUE(meets("DateNotEquals", "CurrentTime", kLater));
  EXPECT_FALSE(meets("DateLessThan", "CurrentTime", kNow));
  EXPECT_TRUE(meets("DateLessThan", "CurrentTime", kLater));
  EXPECT_TRUE(meets("DateLessThanEquals", "CurrentTime", kNow));
  EXPECT_FALSE(meets("DateGreaterThan", "CurrentTime", kNow));
  EXPECT_TRUE(meets("DateGreaterThanEquals", "CurrentTime", kNow));
  EXPECT_FALSE(meets("DateGreaterThanEquals", "CurrentTime", kLater));
}

TEST(BoolCondition, ComparesTheTransport) {
  PolicyRequest plain = web_pulls();
  plain.is_secure = false;

  EXPECT_TRUE(meets("Bool", "SecureTransport", R"("true")"));
  EXPECT_FALSE(meets("Bool", "SecureTransport", "false"));
  EXPECT_TRUE(meets("Bool", "SecureTransport", "false", plain));
  EXPECT_TRUE(meets("Bool", "SecureTransport", R"(["true", "false"])", plain));
}

TEST(GroupCondition, WantsAnyOrAllOfTheGroups) {
  const PolicyRequest alice = alice_pulls();  // dev and ops

  EXPECT_TRUE(meets("ForAnyValue:StringEquals", "Groups", R"(["ops", "x"])", alice));
  EXPECT_FALSE(meets("ForAnyValue:StringEquals", "Groups", R"("x")", alice));
  EXPECT_TRUE(meets("ForAllValues:StringEquals", "Groups", R"(["ops", "dev", "x"])", alice));
  EXPECT_FALSE(meets("ForAllValues:StringEquals", "Groups", R"(["ops", "x"])", alice));
  EXPECT_TRUE(meets("ForAllValues:StringLike", "Groups", R"(["o*", "d*"])", alice));
  EXPECT_TRUE(meets("ForAnyValue:StringNotEquals", "Groups", R"("ops")", alice));
  EXPECT_FALSE(meets("ForAnyValue:StringNotEquals", "Groups", R"(["ops", "dev"])", alice));
  EXPECT_FALSE(meets("ForAllValues:StringNotEquals", "Groups", R"("ops")", alice));
}

TEST(GroupCondition, WithoutGroupsIsMetForAllOfThem) {
  EXPECT_FALSE(meets("ForAnyValue:StringLike", "Groups", R"("*")"));
  EXPECT_FALSE(meets("ForAnyValue:StringNotLike", "Groups", R"("*")"));
  EXPECT_TRUE(meets("ForAllValues:StringEquals", "Groups", R"("ops")"));
  EXPECT_TRUE(meets("ForAnyValue:StringEqualsIfExists", "Groups", R"("ops")"));
}

TEST(Condition, MustBeMetAsAWhole) {
  EXPECT_TRUE(allows(R"({"Condition": {
      "StringEquals": {"registry:Namespace": "shop", "registry:Listener": "node"},
      "IpAddress": {"registry:SourceIp": "10.0.0.0/8"}}})",
                     web_pulls()));
  EXPECT_FALSE(allows(R"({"Condition": {
      "StringEquals": {"registry:Namespace": "shop", "registry:Listener": "other"},
      "IpAddress": {"registry:SourceIp": "10.0.0.0/8"}}})",
                      web_pulls()));
  EXPECT_FALSE(allows(R"({"Condition": {
      "StringEquals": {"registry:Namespace": "shop"},
      "IpAddress": {"registry:SourceIp": "11.0.0.0/8"}}})",
                      web_pulls()));
}

// The repository is there, the namespace that it is to be compared with is not.
TEST(Condition, NeverAllowsByAVariableWithoutValue) {
  const std::string is_own = condition("StringLike", "Repository", R"("${registry:Namespace}/*")");
  const std::string is_foreign =
      condition("StringNotLike", "Repository", R"("${registry:Namespace}/*")");

  EXPECT_FALSE(allows(is_own, nobody_pulls()));
  EXPECT_FALSE(allows(is_foreign, nobody_pulls()));
  EXPECT_FALSE(denies(is_own, nobody_pulls()));
  EXPECT_TRUE(denies(is_foreign, nobody_pulls()));
  EXPECT_TRUE(allows(is_foreign, web_pulls()));
}

TEST(ActionElement, DecidesWhichStatementsCount) {
  PolicyRequest push = web_pulls();
  push.action = Action::push;

  EXPECT_TRUE(allows(R"({"Action": ["registry:List", "registry:Pull"]})", web_pulls()));
  EXPECT_FALSE(allows(R"({"Action": ["registry:List", "registry:Pull"]})", push));
  EXPECT_TRUE(allows(R"({"Action": null, "NotAction": "registry:Pull"})", push));
  EXPECT_FALSE(allows(R"({"Action": null, "NotAction": "registry:Pull"})", web_pulls()));
}

}  // namespace
}  // namespace larder::policy
