// What AWS's clients ask ECR, and the answers that they take.
#include "daemon/auth/aws/ecr_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace larder::aws {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPrivateCall = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
const EcrToken kToken{"a.b.c", WallTime(std::chrono::milliseconds(1768509000700)), "token-1"};

http::Request call(const std::string& operation, const std::string& body) {
  http::Request request{"POST", "/", {}, "10.1.2.3:51324", "node", body};
  request.headers.add("X-Amz-Target", operation);
  return request;
}

json reply_to(const EcrQuestion& question, const std::string& region) {
  const auto reply = ecr_token_reply(question, kToken, "https://larder.test:5443", region);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.find("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(reply.headers.find("Cache-Control"), "no-store");
  return json::parse(std::get<std::string>(reply.body));
}

TEST(EcrService, IsCalledByAPostToTheRootThatNamesAnOperation) {
  auto request = call(kPrivateCall, "{}");
  EXPECT_TRUE(is_service_call(request));

  request.target = "/v2/";
  EXPECT_FALSE(is_service_call(request));
  request = call(kPrivateCall, "{}");
  request.method = "GET";
  EXPECT_FALSE(is_service_call(request));
  request = call(kPrivateCall, "{}");
  request.headers.remove("x-amz-target");
  EXPECT_FALSE(is_service_call(request));
}

TEST(EcrService, TellsItsTwoKindsApart) {
  const auto private_one = parse_ecr_question(call(kPrivateCall, "{}")).question;
  const auto public_one =
      parse_ecr_question(call("SpencerFrontendService.GetAuthorizationToken", "")).question;

  EXPECT_EQ(private_one->service(), "ecr");
  EXPECT_THAT(private_one->accounts, IsEmpty());
  EXPECT_EQ(public_one->service(), "ecr-public");
}

TEST(EcrService, IsAskedForAccounts) {
  const auto parsed = parse_ecr_question(
      call(kPrivateCall, R"({"registryIds":["123456789012","210987654321"],"x":1})"));

  EXPECT_THAT(parsed.question->accounts, ElementsAre("123456789012", "210987654321"));
}

TEST(EcrService, RefusesWhatItDoesNotUnderstand) {
  const auto code = [](const std::string& operation, const std::string& body) {
    return parse_ecr_question(call(operation, body)).error.code;
  };

  EXPECT_EQ(code("AmazonEC2ContainerRegistry_V20150921.BatchGetImage", "{}"),
            "UnknownOperationException");
  EXPECT_EQ(code("GetAuthorizationToken", "{}"), "UnknownOperationException");
  EXPECT_EQ(code(kPrivateCall, "{"), "SerializationException");
  EXPECT_EQ(code(kPrivateCall, "[]"), "SerializationException");
  for (const char* ids : {"1", "[1]", "[\"12345678901\"]", "[\"12345678901x\"]"}) {
    EXPECT_EQ(code(kPrivateCall, std::string("{\"registryIds\":") + ids + "}"),
              "InvalidParameterException");
  }
}

TEST(EcrService, GivesTheTokenAsThePasswordOfAws) {
  EXPECT_EQ(reply_to({}, "eu-west-1"),
            json::parse(R"({"authorizationData":[{"authorizationToken":"QVdTOmEuYi5j",)"
                        R"("expiresAt":1768509000,"proxyEndpoint":"https://larder.test:5443"}]})"));
}

TEST(EcrService, NamesTheRegistriesOfTheAccountsThatWereAsked) {
  const auto data =
      reply_to({false, {"123456789012", "210987654321"}}, "cn-north-1")["authorizationData"];

  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data[0]["proxyEndpoint"], "https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(data[1]["proxyEndpoint"], "https://210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(data[1]["authorizationToken"], "QVdTOmEuYi5j");
  EXPECT_EQ(reply_to({false, {"123456789012"}}, "")["authorizationData"][0]["proxyEndpoint"],
            "https://larder.test:5443");
}

TEST(EcrService, GivesEcrPublicAnObject) {
  EXPECT_EQ(reply_to({.is_public = true}, "us-east-1"),
            json::parse(R"({"authorizationData":{"authorizationToken":"QVdTOmEuYi5j",)"
                        R"("expiresAt":1768509000}})"));
}

TEST(EcrService, RefusesAsAwsDoes) {
  const auto refusal = service_refusal({"AccessDeniedException", "no \xff"});

  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(refusal.headers.find("x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_EQ(parse_json_error(std::get<std::string>(refusal.body)).code, "AccessDeniedException");
  EXPECT_EQ(service_refusal({"ServerException", ""}).status, 500);
}

}  // namespace
}  // namespace larder::aws
