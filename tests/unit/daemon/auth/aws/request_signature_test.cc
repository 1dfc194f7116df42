// The requests are signed by ourselves, but for one whose signature an independent script computed
// and botocore confirmed.
#include "daemon/auth/aws/request_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr WallTime kSigned{seconds(1768465800)};  // 20260115T083000Z
const std::string kSecret = testing::test_keys().secret_access_key;

// As the vector of the facts has it, whatever our signer thinks.
http::Request vector_request() {
  http::Request request{"POST", "/", {}, "10.1.2.3:51324", "node", "{}"};
  request.headers.add("Host", "api.ecr.eu-west-1.amazonaws.com");
  request.headers.add("User-Agent", "aws-cli/2");
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
  request.headers.add("X-Amz-Date", "20260115T083000Z");
  request.headers.add(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260115/eu-west-1/ecr/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
      "Signature=17f92ebbd1dc99c56a3cbb9cc5cc57af357bfc4f0ef7cb329e6521d9ce0d6b28");
  return request;
}

std::string why_denied(const http::Request& request, WallTime now = kSigned,
                       const std::string& secret = kSecret, std::string_view service = "ecr") {
  const auto signature = find_request_signature(request.headers);
  if (!signature.ok()) return "unfit " + signature.error().context;
  const auto checked = check_request_signature(request, **signature, secret, service, now);
  return checked.ok() ? "" : checked.error().context;
}

// The vector with another header in place of one of its own.
http::Request with(const std::string& name, const std::string& value) {
  auto request = vector_request();
  request.headers.set(name, value);
  return request;
}

std::string edited(const std::string& from, const std::string& to) {
  auto text = std::string(*vector_request().headers.find("Authorization"));
  return text.replace(text.find(from), from.size(), to);
}

TEST(RequestSignature, IsReadFromItsHeader) {
  const auto found = find_request_signature(vector_request().headers);

  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ((*found)->scope.region, "eu-west-1");
  EXPECT_EQ((*found)->scope.service, "ecr");
  EXPECT_EQ((*found)->signed_headers.size(), 4U);
  EXPECT_FALSE(find_request_signature(http::Headers())->has_value());
}

TEST(RequestSignature, IsGoodAsItWasMade) {
  EXPECT_EQ(why_denied(vector_request()), "");
}

TEST(RequestSignature, IsBadForAnythingElseThanWhatWasSigned) {
  auto body = vector_request();
  body.body = "{ }";
  auto path = vector_request();
  path.target = "/x";
  auto method = vector_request();
  method.method = "PUT";

  for (const auto& request :
       {body, path, method, with("Host", "other.test"), with("X-Amz-Target", "X.Y"),
        with("Content-Type", "text/plain"), with("X-Amz-Date", "20260115T083001Z")}) {
    EXPECT_EQ(why_denied(request), "the signature does not match");
  }
}

TEST(RequestSignature, IsBadForAnotherSecretRegionOrKey) {
  EXPECT_EQ(why_denied(vector_request(), kSigned, kSecret + "x"), "the signature does not match");
  EXPECT_EQ(why_denied(with("Authorization", edited("eu-west-1", "eu-west-2"))),
            "the signature does not match");
  EXPECT_EQ(why_denied(with("Authorization", edited("6b28", "6b29"))),
            "the signature does not match");
}

TEST(RequestSignature, IsGoodForOneServiceAlone) {
  EXPECT_EQ(why_denied(vector_request(), kSigned, kSecret, "ecr-public"),
            "signed for another service");
}

TEST(RequestSignature, IsGoodForAQuarterOfAnHourEitherWay) {
  EXPECT_EQ(why_denied(vector_request(), kSigned + minutes(15)), "");
  EXPECT_EQ(why_denied(vector_request(), kSigned - minutes(15)), "");

  EXPECT_THAT(why_denied(vector_request(), kSigned + minutes(15) + seconds(1)),
              HasSubstr("Signature expired"));
  EXPECT_THAT(why_denied(vector_request(), kSigned - minutes(15) - seconds(1)),
              HasSubstr("not yet current"));
}

TEST(RequestSignature, WantsOneDateOfTheDayThatItIsFor) {
  auto twice = vector_request();
  twice.headers.add("X-Amz-Date", "20260115T083000Z");

  EXPECT_EQ(why_denied(twice), "not one X-Amz-Date");
  EXPECT_EQ(why_denied(with("X-Amz-Date", "now")), "not one X-Amz-Date");
  EXPECT_EQ(why_denied(with("X-Amz-Date", "2026-01-15T08:30")), "not one X-Amz-Date");
  EXPECT_THAT(why_denied(with("Authorization", edited("20260115", "20260114"))),
              HasSubstr("another day"));
}

TEST(RequestSignature, CoversWhateverIsAmazons) {
  auto request = vector_request();
  request.headers.add("x-amz-security-token", "x");

  EXPECT_EQ(why_denied(request), "an X-Amz header that is not signed");
}

TEST(RequestSignature, WantsWhatItSignedToBeThereOnce) {
  auto missing = vector_request();
  missing.headers.remove("Content-Type");
  auto hosts = vector_request();
  hosts.headers.add("Host", "other.test");

  EXPECT_EQ(why_denied(missing), "a signed header is missing");
  EXPECT_EQ(why_denied(hosts), "not one Host");
}

TEST(RequestSignature, MayNotLeaveOutHostOrDate) {
  for (const char* names :
       {"content-type;x-amz-date;x-amz-target", "content-type;host;x-amz-target", "host", "", ";",
        "x-amz-date;host", "host;host;x-amz-date", "Host;X-Amz-Date"}) {
    const auto value = edited("content-type;host;x-amz-date;x-amz-target", names);
    EXPECT_THAT(why_denied(with("Authorization", value)), HasSubstr("unfit Authorization: Signed"))
        << names;
  }
}

TEST(RequestSignature, IsRefusedInAnyOtherForm) {
  for (const auto& value :
       {std::string("Basic YTpi"), std::string("AWS4-HMAC-SHA256"), std::string(),
        edited("HMAC", "ECDSA"), edited(", SignedHeaders", " SignedHeaders"),
        edited("Signature=", "Signature=0"), edited("Credential", "SignedHeaders"),
        edited("/aws4_request", ""), edited("/aws4_request", "/aws5_request"),
        edited("AKIDEXAMPLE", ""), edited("eu-west-1", "eu.west"), edited("20260115", "2026011"),
        edited("SHA256 ", "SHA256 X=1, ")}) {
    const auto why = why_denied(with("Authorization", value));
    EXPECT_THAT(why, HasSubstr("unfit Authorization: ")) << value;
    EXPECT_THAT(why, Not(HasSubstr("6b28"))) << value;
  }
}

TEST(RequestSignature, IsWhatOurOwnSignerMakes) {
  http::ClientRequest signed_request;
  signed_request.method = "POST";
  signed_request.url = http::Url::parse("http://127.0.0.1:5050/").value();
  signed_request.body = "{}";
  signed_request.headers.add("X-Two", " a  b ");
  sign(signed_request, testing::test_keys(), {"local", "ecr"}, kSigned);

  http::Request request{"POST", "/", signed_request.headers, "", "", "{}"};
  request.headers.add("Host", "127.0.0.1:5050");

  EXPECT_EQ(why_denied(request), "");
}

}  // namespace
}  // namespace larder::aws
