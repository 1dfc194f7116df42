#include "daemon/auth/cloud/jwt_expiry.h"

#include <gtest/gtest.h>

#include "daemon/auth/encoding.h"

namespace larder::auth {
namespace {

std::string jwt_with(const std::string& claims) {
  std::string payload = base64(claims);
  std::erase(payload, '=');
  std::ranges::replace(payload, '+', '-');
  std::ranges::replace(payload, '/', '_');
  return "eyJhbGciOiJSUzI1NiJ9." + payload + ".c2ln";
}

TEST(JwtExpiry, IsItsExp) {
  const auto at = WallTime(std::chrono::seconds(1'768'500'000));

  EXPECT_EQ(jwt_expiry(jwt_with(R"({"exp":1768500000})")), at);
  EXPECT_EQ(jwt_expiry(jwt_with(R"({"jti":"?>?>~~","exp":1768500000.9})")), at);
  EXPECT_EQ(jwt_expiry("." + jwt_with(R"({"exp":1768500000})").substr(21)), at);
  EXPECT_EQ(jwt_expiry(jwt_with(R"({"exp":0})")), WallTime());
}

TEST(JwtExpiry, IsNothingForAnythingElse) {
  const std::string good = jwt_with(R"({"exp":1768500000})");
  std::vector<std::string> table{"",       "a.b",     "..",      good + ".x",
                                 "a.!!.b", "a.e30.b", "a.W10.b", "a.eyJleHAi.b"};
  for (const char* claims :
       {R"({"exp":"1768500000"})", R"({"exp":-1})", R"({"exp":9000000001})", R"({"exp":1e300})",
        R"({"exp":null})", R"([{"exp":1}])", R"({"exp":1)"}) {
    table.push_back(jwt_with(claims));
  }
  table.push_back(jwt_with(R"({"exp":1768500000,"x":")" + std::string(32 * 1024, 'x') + "\"}"));
  table.push_back(
      jwt_with(R"({"exp":1768500000,"x":)" + std::string(99, '[') + std::string(99, ']') + "}"));
  for (const auto& text : table) EXPECT_EQ(jwt_expiry(text), std::nullopt) << text.substr(0, 99);
}

}  // namespace
}  // namespace larder::auth
