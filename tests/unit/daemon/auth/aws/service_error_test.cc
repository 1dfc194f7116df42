#include "daemon/auth/aws/service_error.h"

#include <gtest/gtest.h>

namespace larder::aws {
namespace {

const http::Url kEcrUrl = http::Url::parse("https://api.ecr.eu-west-1.amazonaws.com").value();

TEST(JsonError, HasACodeAndAMessage) {
  for (const char* body : {R"({"__type":"AccessDeniedException","message":"m"})",
                           R"({"__type":"com.amazon.coral.service#AccessDeniedException",
                               "Message":"m"})"}) {
    const auto error = parse_json_error(body);
    EXPECT_EQ(error.code, "AccessDeniedException");
    EXPECT_EQ(error.message, "m");
  }
}

TEST(JsonError, IsEmptyForWhatIsNone) {
  for (const char* body : {"", "<html>", "[]", R"({"__type":1})", R"({"type":"x"})"}) {
    EXPECT_EQ(parse_json_error(body).code, "") << body;
  }
}

TEST(PrintableCode, IsACodeOrSaysThatItIsNone) {
  EXPECT_EQ(printable_code("ExpiredTokenException"), "ExpiredTokenException");
  EXPECT_EQ(printable_code("bad code\n"), "(no proper code)");
  EXPECT_EQ(printable_code(std::string(65, 'x')), "(no proper code)");
}

struct ServiceRefusal {
  int status;
  const char* code;
  Errc errc;
  std::string_view cause;
};

class ServiceRefusals : public ::testing::TestWithParam<ServiceRefusal> {};

TEST_P(ServiceRefusals, SayWhetherToAskAgain) {
  const auto& [status, code, errc, cause] = GetParam();

  const auto error = to_error("ECR", kEcrUrl, status, {code, "the message"});

  EXPECT_EQ(error.code, errc);
  EXPECT_EQ(error.cause, cause);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ServiceRefusals,
    ::testing::Values(ServiceRefusal{400, "AccessDeniedException", Errc::denied, ""},
                      ServiceRefusal{403, "AccessDenied", Errc::denied, ""},
                      ServiceRefusal{400, "UnrecognizedClientException", Errc::denied, ""},
                      ServiceRefusal{400, "ExpiredTokenException", Errc::denied, ""},
                      ServiceRefusal{400, "InvalidSignatureException", Errc::denied, ""},
                      ServiceRefusal{403, "", Errc::denied, ""},
                      ServiceRefusal{400, "ThrottlingException", Errc::upstream_down, "throttled"},
                      ServiceRefusal{400, "Throttling", Errc::upstream_down, "throttled"},
                      ServiceRefusal{429, "", Errc::upstream_down, "throttled"},
                      ServiceRefusal{400, "IDPCommunicationError", Errc::upstream_down, ""},
                      ServiceRefusal{500, "ServerException", Errc::upstream_down, ""},
                      ServiceRefusal{503, "", Errc::upstream_down, ""},
                      ServiceRefusal{302, "", Errc::upstream_down, ""}));

TEST(ServiceRefusalText, TellsMessagesAboutRights) {
  const auto error = to_error("ECR", kEcrUrl, 400,
                              {"AccessDeniedException",
                               "User: arn:aws:iam::1:role/x is not\n"
                               "authorized"});

  EXPECT_EQ(error.context,
            "ECR api.ecr.eu-west-1.amazonaws.com answers HTTP 400 AccessDeniedException: User: "
            "arn:aws:iam::1:role/x is not authorized");
}

// AWS repeats the canonical request in it, with the session token.
TEST(ServiceRefusalText, KeepsMessagesAboutSignaturesToItself) {
  const auto error =
      to_error("ECR", kEcrUrl, 403, {"InvalidSignatureException", "x-amz-security-token:secret"});

  EXPECT_EQ(error.context,
            "ECR api.ecr.eu-west-1.amazonaws.com answers HTTP 403 InvalidSignatureException");
}

TEST(ServiceRefusalText, IsBounded) {
  const auto error = to_error("ECR", kEcrUrl, 403, {"AccessDenied", std::string(1'000'000, 'm')});

  EXPECT_LT(error.context.size(), 500U);
}

TEST(IsAboutTime, KnowsWhatAWrongClockCauses) {
  EXPECT_TRUE(is_about_time({"InvalidSignatureException", ""}));
  EXPECT_TRUE(is_about_time({"RequestTimeTooSkewed", ""}));
  EXPECT_FALSE(is_about_time({"AccessDenied", ""}));
  EXPECT_FALSE(is_about_time({}));
}

}  // namespace
}  // namespace larder::aws
