#include "daemon/auth/policy/operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

TEST(Operator, IsFoundByItsName) {
  EXPECT_EQ(find_operator("StringNotEqualsIgnoreCase"),
            (Operator{.comparison = Comparison::text, .negated = true, .ignores_case = true}));
  EXPECT_EQ(find_operator("IpAddressIfExists"),
            (Operator{.comparison = Comparison::address, .if_exists = true}));
  EXPECT_EQ(
      find_operator("ForAnyValue:StringLikeIfExists"),
      (Operator{
          .comparison = Comparison::text_like, .if_exists = true, .quantifier = Quantifier::any}));
  EXPECT_EQ(find_operator("ForAllValues:StringEquals"),
            (Operator{.comparison = Comparison::text, .quantifier = Quantifier::all}));
}

TEST(Operator, IsNotFoundByAnyOtherName) {
  for (const char* const name :
       {"", "IfExists", "stringEquals", "StringEqual", "StringEquals ", "NullIfExists",
        "ForAnyValue:Null", "ForAnyValue:IpAddress", "ForSomeValues:StringEquals",
        "StringEqualsIfExistsIfExists", "NumericEquals", "ArnLike", "BoolNot"}) {
    EXPECT_EQ(find_operator(name), std::nullopt) << name;
  }
}

TEST(Operator, GoesWithKeysOfItsType) {
  EXPECT_TRUE(goes_with(*find_operator("StringLike"), KeyType::text));
  EXPECT_FALSE(goes_with(*find_operator("StringLike"), KeyType::texts));
  EXPECT_TRUE(goes_with(*find_operator("ForAnyValue:StringLike"), KeyType::texts));
  EXPECT_FALSE(goes_with(*find_operator("ForAnyValue:StringLike"), KeyType::text));
  EXPECT_FALSE(goes_with(*find_operator("StringEquals"), KeyType::address));
  EXPECT_FALSE(goes_with(*find_operator("DateLessThan"), KeyType::text));
  EXPECT_FALSE(goes_with(*find_operator("Bool"), KeyType::time));
  EXPECT_TRUE(goes_with(*find_operator("Null"), KeyType::texts));
}

TEST(Operator, NamesThemAll) {
  EXPECT_THAT(names_of_operators(), HasSubstr("NotIpAddress, DateEquals"));
}

}  // namespace
}  // namespace larder::policy
