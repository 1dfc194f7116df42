// What an endpoint asks for, and what it tells its observer.
#include "daemon/upstream/endpoint.h"

#include "daemon/upstream/hop.h"
#include "tests/unit/daemon/upstream/endpoint_fixture.h"

namespace larder::upstream {
namespace {

using http::Reach;

TEST_F(EndpointTest, AsksWhereTheOperatorSaid) {
  answer({{.body = "hello"}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->urls(), Strings{"GET https://reg.example/v2/team/app/blobs/x"});
  EXPECT_EQ(client_->requests().front().reach, Reach::anywhere);
  EXPECT_EQ(client_->requests().front().headers.find("Range"), "bytes=1-");
  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(EndpointTest, PutsThePathBehindItsOwn) {
  for (const char* url : {"https://reg.example/mirror", "https://reg.example/mirror/"}) {
    answer({{}}, url);

    ASSERT_TRUE(send().ok());

    EXPECT_EQ(client_->urls(), Strings{"GET https://reg.example/mirror/v2/team/app/blobs/x"});
  }
}

TEST_F(EndpointTest, PutsItsPrefixInFrontOfTheRepository) {
  answer({{}}, "https://reg.example/v2/dockerhub/");

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->urls(), Strings{"GET https://reg.example/v2/dockerhub/team/app/blobs/x"});
}

TEST_F(EndpointTest, TellsItsObserverOfEveryExchange) {
  answer({redirect("https://cdn.example/x"), {.status = 200, .body = "hello"}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(observer_.told(),
            (Strings{"docker.io reg.example 307 0 ok", "docker.io reg.example 200 5 ok"}));
}

TEST_F(EndpointTest, TellsItsObserverOfFailures) {
  answer({{.error = Error{Errc::timeout, "x"}}});

  EXPECT_EQ(send().error().code, Errc::timeout);

  EXPECT_EQ(observer_.told(), Strings{"docker.io reg.example 0 0 timeout"});
}

TEST_F(EndpointTest, PassesTheDeadlineToEveryRequest) {
  answer({bearer_challenge(), token("T"), redirect("/b"), {}});
  RegistryRequest request;
  request.path = "/v2/";
  request.deadline = clock_.now();

  ASSERT_TRUE(endpoint_->send(request, response_, {}).ok());

  for (const auto& one : client_->requests()) EXPECT_EQ(one.deadline, request.deadline);
}

TEST_F(EndpointTest, EndsWhenStopped) {
  answer({{}});
  std::stop_source stop;
  stop.request_stop();
  RegistryRequest request;
  request.path = "/v2/";

  EXPECT_EQ(endpoint_->send(request, response_, stop.get_token()).error().code, Errc::cancelled);
}

TEST(HopSink, CountsWhatPassesAndWhatIsHeldBack) {
  testing::RecordingResponse last;
  HopSink hop(last, /*answer_challenges=*/false, /*permit=*/nullptr);

  EXPECT_TRUE(hop.head({200, {}, 3}));
  EXPECT_TRUE(hop.body(std::as_bytes(std::span("abc", 3))));

  EXPECT_EQ(hop.status(), 200);
  EXPECT_EQ(hop.body_bytes(), 3U);
  EXPECT_FALSE(hop.held().has_value());
  EXPECT_EQ(last.bytes(), "abc");
}

TEST(HopSink, WantsNoLargeBodyOfAResponseItHoldsBack) {
  testing::RecordingResponse last;
  HopSink hop(last, /*answer_challenges=*/false, /*permit=*/nullptr);

  EXPECT_FALSE(hop.head({307, {}, 1'000'000}));

  EXPECT_TRUE(hop.held().has_value());
  EXPECT_EQ(last.heads(), 0);
}

}  // namespace
}  // namespace larder::upstream
