#include "daemon/control/ops_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::control {
namespace {

using ::testing::HasSubstr;

class OpsHandlerTest : public ::testing::Test {
 protected:
  http::Response get(const std::string& target) { return send("GET", target); }

  http::Response send(const std::string& method, const std::string& target) {
    http::Request request;
    request.method = method;
    request.target = target;
    return handler_.handle(request);
  }

  static std::string body_of(const http::Response& response) {
    return std::get<std::string>(response.body);
  }

  Metrics metrics_{"1.2.3"};
  bool is_ready_ = true;
  Readings readings_;
  OpsHandler handler_{{metrics_, [this] { return readings_; }, [this] { return is_ready_; }}};
};

TEST_F(OpsHandlerTest, ServesTheMetricsAsPrometheusText) {
  readings_.flights = 12;

  const http::Response response = get("/metrics");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(body_of(response), HasSubstr("\nlarder_flights 12\n"));
}

TEST_F(OpsHandlerTest, IsHealthyEvenWhenNotReady) {
  is_ready_ = false;

  const http::Response response = get("/healthz");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response), "ok\n");
}

TEST_F(OpsHandlerTest, IsReadyAsLongAsItIsToldSo) {
  EXPECT_EQ(get("/readyz").status, 200);

  is_ready_ = false;

  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(OpsHandlerTest, IgnoresAQuery) {
  EXPECT_EQ(get("/healthz?verbose").status, 200);
}

TEST_F(OpsHandlerTest, AnswersHeadAsGet) {
  EXPECT_EQ(send("HEAD", "/metrics").status, 200);
  EXPECT_EQ(send("HEAD", "/nothing").status, 404);
}

TEST_F(OpsHandlerTest, HasNothingElse) {
  for (const char* const target : {"/", "/metrics/", "/v2/", "//metrics", "/Metrics", "*", ""}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST_F(OpsHandlerTest, TakesNoOtherMethod) {
  const http::Response response = send("POST", "/metrics");

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace larder::control
