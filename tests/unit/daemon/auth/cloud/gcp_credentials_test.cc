#include "daemon/auth/cloud/gcp_credentials.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"

namespace larder::auth {
namespace {

using testing::FakeAnswer;
using testing::FakeClient;

constexpr const char* kTokenPath = "/computeMetadata/v1/instance/service-accounts/default/token";

FakeAnswer gcp_answer(std::string body) {
  return {200, {{"Metadata-Flavor", "Google"}}, std::move(body)};
}

class GcpTest : public ::testing::Test {
 protected:
  GcpTest() { ::unsetenv("GCE_METADATA_HOST"); }

  Result<std::vector<Credential>> find(FakeAnswer answer, const GcpOptions& options = {}) {
    client_ = std::make_unique<FakeClient>(std::vector{std::move(answer)});
    auto source = GcpCredentials::create(options, *client_, clock_);
    if (!source) return source.error();
    return (*source)->credentials({"europe-docker.pkg.dev", "project/repo/app"});
  }
  std::string asked() const { return client_->urls().at(0); }

  testing::FakeClock clock_;
  std::unique_ptr<FakeClient> client_;
  const FakeAnswer good_ =
      gcp_answer(R"({"access_token":"ya29.a","expires_in":3317,"token_type":"Bearer"})");
};

TEST_F(GcpTest, GivesTheMachinesToken) {
  const auto found = find(good_);

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(*found,
            (std::vector{Credential{.username = "oauth2accesstoken",
                                    .password = "ya29.a",
                                    .expires = clock_.wall() + std::chrono::seconds(3317)}}));
  EXPECT_EQ(asked(), "GET http://metadata.google.internal" + std::string(kTokenPath));
  const auto request = client_->requests().at(0);
  EXPECT_EQ(request.headers.find("Metadata-Flavor"), "Google");
  EXPECT_EQ(request.reach, http::Reach::anywhere);
}

TEST_F(GcpTest, AsksWhereItIsTold) {
  ASSERT_EQ(::setenv("GCE_METADATA_HOST", "127.0.0.1:8080", 1), 0);
  ASSERT_TRUE(find(good_).ok());
  EXPECT_EQ(asked(), "GET http://127.0.0.1:8080" + std::string(kTokenPath));

  ASSERT_TRUE(find(good_, {.metadata_url = "http://[::1]:1/x"}).ok());
  EXPECT_EQ(asked(), "GET http://[::1]:1/x" + std::string(kTokenPath));
  ::unsetenv("GCE_METADATA_HOST");
}

TEST_F(GcpTest, AsksForTheAccountItIsTold) {
  ASSERT_TRUE(find(good_, {.service_account = "puller@p.iam.gserviceaccount.com"}).ok());

  EXPECT_EQ(asked(),
            "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/"
            "puller@p.iam.gserviceaccount.com/token");
}

TEST_F(GcpTest, RefusesOptionsThatMakeNoSense) {
  for (const char* account : {"", "a/../b", "a b", "a?b", "a%2f"}) {
    EXPECT_EQ(find(good_, {.service_account = account}).error().code, Errc::invalid) << account;
  }
  for (const char* url : {"metadata", "http://", "file:///etc"}) {
    EXPECT_EQ(find(good_, {.metadata_url = url}).error().code, Errc::invalid) << url;
  }
}

TEST_F(GcpTest, TrustsNoOtherServer) {
  const std::string body = R"({"access_token":"hush","expires_in":3317})";
  for (const auto& answer :
       {FakeAnswer{200, {}, body}, FakeAnswer{200, {{"Metadata-Flavor", "Other"}}, body}}) {
    EXPECT_EQ(describe(find(answer).error()),
              "upstream_down: metadata.google.internal: not a metadata server of Google's");
  }
}

TEST_F(GcpTest, TakesNoUselessToken) {
  for (const char* body :
       {"{}", R"({"access_token":"","expires_in":1})", R"({"access_token":"a b","expires_in":1})",
        R"({"access_token":"hush"})", R"({"access_token":"hush","expires_in":0})",
        R"({"access_token":"hush","expires_in":-5})", R"({"access_token":"hush","expires_in":"5"})",
        R"({"access_token":7,"expires_in":5})"}) {
    EXPECT_EQ(describe(find(gcp_answer(body)).error()),
              "upstream_down: metadata.google.internal: no usable token")
        << body;
  }
  EXPECT_EQ(find({403, {}, ""}).error().code, Errc::denied);
  EXPECT_EQ(find({404, {}, ""}).error().code, Errc::upstream_down);
}

TEST_F(GcpTest, BelievesInNoTokenForLongerThanADay) {
  const auto found = find(gcp_answer(R"({"access_token":"t","expires_in":1e300})"));

  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->front().expires, clock_.wall() + std::chrono::hours(24));
}

}  // namespace
}  // namespace larder::auth
