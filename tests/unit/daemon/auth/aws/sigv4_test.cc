// The vectors: three of AWS's public test suite, and requests to ECR whose signatures an
// independent script computed and botocore confirmed.
#include "daemon/auth/aws/sigv4.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/bytes.h"

namespace larder::aws {
namespace {

using std::chrono::seconds;
using testing::test_keys;

constexpr WallTime kSuiteTime{seconds(1440938160)};  // 20150830T123600Z
constexpr WallTime kEcrTime{seconds(1768465800)};    // 20260115T083000Z
const SigningScope kSuiteScope{"us-east-1", "service"};
const SigningScope kEcrScope{"eu-west-1", "ecr"};

constexpr const char* kSessionToken = "IQoJb3JpZ2luX2VjEXAMPLETOKEN//////////wEaCXVzLWVhc3QtMSJ=";

http::ClientRequest request_of(const std::string& method, const std::string& url,
                               std::string body = "") {
  http::ClientRequest request;
  request.method = method;
  request.url = http::Url::parse(url).value();
  request.body = std::move(body);
  return request;
}

http::ClientRequest ecr_request(const std::string& host, const std::string& operation) {
  auto request = request_of("POST", "https://" + host + "/", "{}");
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", operation);
  return request;
}

http::ClientRequest private_ecr_request() {
  return ecr_request("api.ecr.eu-west-1.amazonaws.com",
                     "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
}

struct Signed {
  std::string canonical_hash;
  std::string signature;

  bool operator==(const Signed&) const = default;
};

Signed signed_by_us(http::ClientRequest request, const Keys& keys, const SigningScope& scope,
                    WallTime time) {
  sign(request, keys, scope, time);
  const std::string authorization(request.headers.find("Authorization").value_or(""));
  return {testing::digest_of_text(canonical_request(request).text).hex(),
          authorization.substr(authorization.find("Signature=") + 10)};
}

std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const unsigned char c : bytes)
    text += "0123456789abcdef"[c >> 4], text += "0123456789abcdef"[c & 15];
  return text;
}

TEST(SigV4, SignsGetVanilla) {
  EXPECT_EQ(signed_by_us(request_of("GET", "https://example.amazonaws.com/"), test_keys(),
                         kSuiteScope, kSuiteTime),
            (Signed{"bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
                    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"}));
}

TEST(SigV4, SignsAFormWithItsContentType) {
  auto request = request_of("POST", "https://example.amazonaws.com/", "Param1=value1");
  request.headers.add("content-type", "application/x-www-form-urlencoded");

  EXPECT_EQ(signed_by_us(request, test_keys(), kSuiteScope, kSuiteTime),
            (Signed{"42a5e5bb34198acb3e84da4f085bb7927f2bc277ca766e6d19c73c2154021281",
                    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"}));
}

TEST(SigV4, OrdersTheQuery) {
  EXPECT_EQ(
      signed_by_us(request_of("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1"),
                   test_keys(), kSuiteScope, kSuiteTime),
      (Signed{"816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
              "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"}));
}

TEST(SigV4, SignsARequestToEcr) {
  EXPECT_EQ(signed_by_us(private_ecr_request(), test_keys(), kEcrScope, kEcrTime),
            (Signed{"fff46fbbd2a49d3d73218e3eaf88a203e1204474358dd1badf4c49d8121a2074",
                    "17f92ebbd1dc99c56a3cbb9cc5cc57af357bfc4f0ef7cb329e6521d9ce0d6b28"}));
}

TEST(SigV4, SignsTheSessionToken) {
  auto keys = test_keys();
  keys.session_token = kSessionToken;

  EXPECT_EQ(signed_by_us(private_ecr_request(), keys, kEcrScope, kEcrTime),
            (Signed{"eda90da7dd47527d0582d62138dba05aa36df791fd8d04535d20d6c5d6a82a6d",
                    "c7552f560957f5332197ca136fdecf112dccabeaa7eced9a931f339cba10f846"}));
}

TEST(SigV4, SignsARequestToEcrPublic) {
  const auto request = ecr_request("api.ecr-public.us-east-1.amazonaws.com",
                                   "SpencerFrontendService.GetAuthorizationToken");

  EXPECT_EQ(signed_by_us(request, test_keys(), {"us-east-1", "ecr-public"}, kEcrTime),
            (Signed{"3622e2179027f1cffda5c982e47142cac37c7feddabc626615d41d2571e5fc23",
                    "4617d4f1867a74e19b4b7df30b67f61d035646ba457f59fb9df41440964fa11f"}));
}

TEST(SigV4, DerivesTheSigningKey) {
  EXPECT_EQ(hex_of(signing_key(test_keys(), "20150830T123600Z", kSuiteScope)),
            "938127b5336810ddb6a5d6af445fcac9e371f9ed418ed386b022aed82901be75");
  EXPECT_EQ(hex_of(signing_key(test_keys(), "20260115", kEcrScope)),
            "9f4894ec11d1ccfb65963daa04bbdc0c33ac09eeb2cbeec3b27b64905965bddb");
}

TEST(SigV4, WritesTheAuthorizationHeader) {
  auto request = private_ecr_request();

  sign(request, test_keys(), kEcrScope, kEcrTime);

  EXPECT_EQ(request.headers.find("X-Amz-Date"), "20260115T083000Z");
  EXPECT_FALSE(request.headers.find("X-Amz-Security-Token").has_value());
  EXPECT_EQ(request.headers.find("Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-west-1/ecr/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=17f92ebbd1dc99c56a3cbb9cc5cc57af357bfc4f0ef7cb329e6521d9ce0d6b28");
}

TEST(SigV4, SignsAgainAsIfForTheFirstTime) {
  auto request = private_ecr_request();
  sign(request, test_keys(), kEcrScope, kSuiteTime);

  EXPECT_EQ(signed_by_us(request, test_keys(), kEcrScope, kEcrTime).signature,
            "17f92ebbd1dc99c56a3cbb9cc5cc57af357bfc4f0ef7cb329e6521d9ce0d6b28");
}

TEST(CanonicalRequest, CollapsesSpacesAndLeavesOutWhatAProxyChanges) {
  auto request = request_of("GET", "https://h.example:8443/");
  request.headers.add("My-Header", "  a   b\t c  ");
  request.headers.add("my-header", "d");
  request.headers.add("User-Agent", "larder");
  request.headers.add("Connection", "close");

  EXPECT_EQ(canonical_request(request).text,
            "GET\n/\n\nhost:h.example:8443\nmy-header:a b c,d\n\nhost;my-header\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CanonicalRequest, NormalisesThePathAndEncodesItTwice) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"/", "/"},          {"//", "/"},
      {"/a//b/", "/a/b/"}, {"/a/./b/../c", "/a/c"},
      {"/../..", "/"},     {"/a%20b", "/a%2520b"},
      {"/a:b", "/a%3Ab"},  {"/-._~", "/-._~"}};
  for (const auto& [target, path] : table) {
    auto request = request_of("GET", "https://h.example/");
    request.url.target = target;

    const auto text = canonical_request(request).text;

    EXPECT_EQ(text.substr(4, text.find('\n', 4) - 4), path) << target;
  }
}

TEST(CanonicalRequest, WritesTheQueryInOneWay) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"a", "a="},         {"a=", "a="},         {"b=2&a=1", "a=1&b=2"}, {"a=2&a=1", "a=1&a=2"},
      {"a&&b=", "a=&b="},  {"a=b=c", "a=b%3Dc"}, {"a=%7e", "a=~"},       {"a=%2f", "a=%2F"},
      {"a=%zz", "a=%25zz"}};
  for (const auto& [query, canonical] : table) {
    auto request = request_of("GET", "https://h.example/");
    request.url.target = "/?" + query;

    const auto text = canonical_request(request).text;

    EXPECT_EQ(text.substr(6, text.find('\n', 6) - 6), canonical) << query;
  }
}

}  // namespace
}  // namespace larder::aws
