#include "daemon/auth/tokens/token_request.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "daemon/auth/tokens/form.h"

namespace larder::tokens {
namespace {

using Asked = TokenRequest::Form;

http::Request get(const std::string& query, const std::string& authorization = {}) {
  http::Request request{"GET", "/token?" + query, {}, "10.0.0.1:1", "node"};
  if (!authorization.empty()) request.headers.add("Authorization", authorization);
  return request;
}

http::Request post(const std::string& body) {
  http::Request request{"POST", "/token", {}, "10.0.0.1:1", "node", body};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
  return request;
}

TEST(TokenRequest, IsReadFromAGet) {
  // As docker and containerd ask.
  const auto parsed = parse_token_request(
      get("account=alice&client_id=docker&offline_token=true&service=node-mirror"
          "&scope=repository%3Ateam%2Fapp%3Apull&scope=repository%3Ateam%2Fbase%3Apull",
          "basic YWxpY2U6cDpw"));

  ASSERT_TRUE(parsed.request.has_value()) << parsed.error.description;
  EXPECT_EQ(parsed.request->form, Asked::docker_get);
  EXPECT_EQ(parsed.request->services, std::vector<std::string>{"node-mirror"});
  EXPECT_EQ(scope_text(parsed.request->scope),
            "repository:team/app:pull repository:team/base:pull");
  EXPECT_TRUE(parsed.request->offline);
  EXPECT_EQ(parsed.request->basic, std::pair(std::string("alice"), std::string("p:p")));
}

TEST(TokenRequest, MayAskForNothingInParticular) {
  const auto parsed = parse_token_request({"GET", "/token", {}, "", ""});

  ASSERT_TRUE(parsed.request.has_value());
  EXPECT_TRUE(parsed.request->scope.empty());
  EXPECT_TRUE(parsed.request->services.empty());
  EXPECT_FALSE(parsed.request->basic.has_value());
}

TEST(TokenRequest, IsReadFromAPasswordForm) {
  // As containerd asks.
  const auto parsed = parse_token_request(
      post("client_id=containerd-client&grant_type=password&password=p%26w%2B1"
           "&scope=repository%3Aghcr.io%2Fteam%2Fapp%3Apull+repository%3Ateam%2Fapp%3Apull"
           "&service=node-mirror&username=alice"));

  ASSERT_TRUE(parsed.request.has_value()) << parsed.error.description;
  EXPECT_EQ(parsed.request->form, Asked::oauth_post);
  EXPECT_EQ(parsed.request->basic, std::pair(std::string("alice"), std::string("p&w+1")));
  EXPECT_EQ(parsed.request->scope.size(), 2U);
  EXPECT_FALSE(parsed.request->offline);
}

TEST(TokenRequest, IsReadFromARefreshForm) {
  const auto parsed = parse_token_request(
      post("grant_type=refresh_token&refresh_token=R&access_type=offline&service=s&client_id=c"));

  ASSERT_TRUE(parsed.request.has_value());
  EXPECT_EQ(parsed.request->refresh_token, "R");
  EXPECT_TRUE(parsed.request->offline);
}

TEST(TokenRequest, IsReadFromAnExchange) {
  for (const std::string type : {"jwt", "id_token", "access_token"}) {
    const auto parsed = parse_token_request(
        post("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
             "&subject_token=a.b.c&audience=node-mirror&scope=repository:a:pull"
             "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3A" +
             type));

    ASSERT_TRUE(parsed.request.has_value()) << parsed.error.description;
    EXPECT_EQ(parsed.request->form, Asked::exchange);
    EXPECT_EQ(parsed.request->subject_token, "a.b.c");
    EXPECT_EQ(parsed.request->services, std::vector<std::string>{"node-mirror"});
  }
}

struct BadRequest {
  std::string query_or_body;
  const char* code;
};

class BadGets : public ::testing::TestWithParam<BadRequest> {};

TEST_P(BadGets, AreRefused) {
  const auto parsed = parse_token_request(get(GetParam().query_or_body));

  ASSERT_FALSE(parsed.request.has_value());
  EXPECT_EQ(parsed.error.code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Table, BadGets,
                         ::testing::Values(BadRequest{"scope=nonsense", "invalid_scope"},
                                           BadRequest{"scope=repository:a", "invalid_scope"},
                                           BadRequest{"service=a&service=b", "invalid_request"},
                                           BadRequest{"service=%", "invalid_request"},
                                           BadRequest{"service=a%00b", "invalid_request"}));

TEST(TokenRequest, RefusesCredentialsThatAreNoneInAGet) {
  for (const std::string value : {"Bearer abc", "Basic", "Basic ", "Basic !", "Basic YWxpY2U=",
                                  "Basic YWxpY2U6cDpw=", "Basic YQA6Yg==", "YWxpY2U6cDpw"}) {
    const auto parsed = parse_token_request(get("", value));

    ASSERT_FALSE(parsed.request.has_value()) << value;
    EXPECT_EQ(parsed.error.code, "invalid_client") << value;
  }
}

TEST(TokenRequest, RefusesTwoAuthorizations) {
  http::Headers headers;
  headers.add("Authorization", "Basic YWxpY2U6cDpw");
  headers.add("authorization", "Basic YWxpY2U6cDpw");

  EXPECT_FALSE(basic_credentials(headers).ok());
}

class BadPosts : public ::testing::TestWithParam<BadRequest> {};

TEST_P(BadPosts, AreRefused) {
  const auto parsed = parse_token_request(post(GetParam().query_or_body));

  ASSERT_FALSE(parsed.request.has_value());
  EXPECT_EQ(parsed.error.code, GetParam().code);
  EXPECT_EQ(parsed.error.description.find("secret"), std::string::npos);
}

constexpr const char* kExchangeForm =
    "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=secret";
constexpr const char* kJwtType = "&subject_token_type=urn:ietf:params:oauth:token-type:jwt";

INSTANTIATE_TEST_SUITE_P(
    Table, BadPosts,
    ::testing::Values(
        BadRequest{"", "invalid_request"},
        BadRequest{"grant_type=authorization_code&code=secret", "unsupported_grant_type"},
        BadRequest{"grant_type=client_credentials", "unsupported_grant_type"},
        BadRequest{"grant_type=password", "invalid_request"},
        BadRequest{"grant_type=password&username=a&password=secret&password=secret",
                   "invalid_request"},
        BadRequest{"grant_type=password&grant_type=refresh_token&username=a&password=secret",
                   "invalid_request"},
        BadRequest{"grant_type=password&username=a&password=secret&scope=x", "invalid_scope"},
        BadRequest{"grant_type=refresh_token", "invalid_request"},
        BadRequest{kExchangeForm, "invalid_request"},
        BadRequest{std::string(kExchangeForm) + "&subject_token_type=x", "invalid_request"},
        BadRequest{std::string(kExchangeForm) + kJwtType + "&actor_token=secret",
                   "invalid_request"},
        BadRequest{std::string(kExchangeForm) + kJwtType +
                       "&requested_token_type=urn:ietf:params:oauth:token-type:saml2",
                   "invalid_request"},
        BadRequest{"grant_type=password&username=a&password=secret%zz", "invalid_request"},
        BadRequest{std::string(kFormBytesMax + 1, 'a'), "invalid_request"}));

TEST(TokenRequest, RefusesBodiesOfAnotherType) {
  auto json = post(R"({"grant_type":"password"})");
  json.headers.set("Content-Type", "application/json");
  auto none = post("grant_type=password&username=a&password=b");
  none.headers.remove("Content-Type");

  EXPECT_EQ(parse_token_request(json).error.code, "invalid_request");
  EXPECT_EQ(parse_token_request(none).error.code, "invalid_request");
}

}  // namespace
}  // namespace larder::tokens
