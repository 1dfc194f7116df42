#include "daemon/auth/tokens/service_account.h"

#include <gtest/gtest.h>

#include <string>

namespace larder::tokens {
namespace {

TEST(ServiceAccount, IsReadFromTheClaim) {
  const auto bound = parse_service_account(
      R"({"kubernetes.io":{"namespace":"shop","node":{"name":"n1","uid":"u"},)"
      R"("pod":{"name":"web-7d","uid":"u"},"serviceaccount":{"name":"web","uid":"u"},)"
      R"("warnafter":1700003607}})");
  const auto old = parse_service_account(
      R"({"kubernetes.io":{"namespace":"shop","serviceaccount":{"name":"web.a"}}})");

  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(*bound, (ServiceAccount{"shop", "web", "web-7d", "n1"}));
  EXPECT_EQ(bound->subject(), "system:serviceaccount:shop:web");
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(*old, (ServiceAccount{"shop", "web.a", "", ""}));
}

TEST(ServiceAccount, OfAnotherFormIsRefused) {
  for (const std::string claim :
       {R"({})", R"("shop")", R"({"namespace":"shop"})", R"({"serviceaccount":{"name":"web"}})",
        R"({"namespace":"shop","serviceaccount":{}})",
        R"({"namespace":"shop","serviceaccount":"web"})",
        R"({"namespace":"","serviceaccount":{"name":"web"}})",
        R"({"namespace":"shop:x","serviceaccount":{"name":"web"}})",
        R"({"namespace":"Shop","serviceaccount":{"name":"web"}})",
        R"({"namespace":"shop","serviceaccount":{"name":"web"},"pod":{"name":"a b"}})",
        R"({"namespace":"shop","serviceaccount":{"name":"web"},"node":["n1"]})",
        R"({"namespace":"shop","serviceaccount":{"name":"web","name":"admin"}})"}) {
    EXPECT_FALSE(parse_service_account(R"({"kubernetes.io":)" + claim + "}").ok()) << claim;
  }
  EXPECT_FALSE(parse_service_account(R"({"kubernetes.io/serviceaccount/namespace":"shop"})").ok());
}

}  // namespace
}  // namespace larder::tokens
