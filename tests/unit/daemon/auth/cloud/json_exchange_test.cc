#include "daemon/auth/cloud/json_exchange.h"

#include <gtest/gtest.h>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"

namespace larder::auth {
namespace {

using testing::FakeAnswer;
using testing::FakeClient;

Result<JsonAnswer> ask_once(FakeAnswer answer) {
  FakeClient client({std::move(answer)});
  http::ClientRequest request;
  request.url = http::Url::parse("https://login.example/token").value();
  return ask_for_json(client, std::move(request), {"reg.example", "a"}, testing::FakeClock());
}

TEST(JsonExchange, GivesTheDocument) {
  const auto answer = ask_once({200, {{"A", "b"}}, R"({"access_token": "t"})"});

  ASSERT_TRUE(answer.ok()) << describe(answer.error());
  EXPECT_EQ(answer->document.at("access_token"), "t");
  EXPECT_EQ(answer->head.headers.find("A"), "b");
}

TEST(JsonExchange, SaysWhoRefusedOrFailed) {
  const std::string text = R"({"error": "invalid_client", "error_description": "hush"})";
  const std::vector<std::pair<FakeAnswer, std::string>> table{
      {{400, {}, text}, "denied: login.example: status 400, invalid_client"},
      {{401, {}, "hush"}, "denied: login.example: status 401"},
      {{403, {}, R"({"error": "hush now"})"}, "denied: login.example: status 403"},
      {{404, {}, ""}, "upstream_down: login.example: status 404"},
      {{410, {}, ""}, "upstream_down: login.example: status 410"},
      {{429, {}, ""}, "upstream_down: login.example: status 429"},
      {{302, {{"Location", "https://evil.example/"}}, ""},
       "upstream_down: login.example: status 302"},
      {{500, {}, ""}, "upstream_down: login.example: status 500"},
      {{201, {}, "{}"}, "upstream_down: login.example: status 201"},
      {{200, {}, "hush"}, "upstream_down: login.example: no JSON object"},
      {{200, {}, "[]"}, "upstream_down: login.example: no JSON object"}};
  for (const auto& [answer, complaint] : table) {
    const auto found = ask_once(answer);

    ASSERT_FALSE(found.ok()) << complaint;
    EXPECT_EQ(describe(found.error()), complaint);
  }
}

TEST(JsonExchange, HasALimitInSizeAndTime) {
  EXPECT_EQ(ask_once({200, {}, "{\"a\":\"" + std::string(64 * 1024, 'x') + "\"}"}).error().code,
            Errc::upstream_down);

  FakeClient client({FakeAnswer{200, {}, "{}"}});
  testing::FakeClock clock;
  clock.advance(std::chrono::hours(1));
  CredentialQuestion question{"reg.example", "a"};
  ASSERT_TRUE(ask_for_json(client, {}, question, clock).ok());
  EXPECT_EQ(client.requests().back().deadline, clock.now() + std::chrono::seconds(10));

  question.deadline = MonoTime(std::chrono::hours(1));
  ASSERT_TRUE(ask_for_json(client, {}, question, clock).ok());
  EXPECT_EQ(client.requests().back().deadline, question.deadline);
}

TEST(JsonExchange, EndsWhenToldTo) {
  FakeClient client({FakeAnswer{200, {}, "{}"}});
  std::stop_source stopping;
  stopping.request_stop();
  CredentialQuestion question{"reg.example", "a"};
  question.stop = stopping.get_token();

  EXPECT_EQ(ask_for_json(client, {}, question, testing::FakeClock()).error().code, Errc::cancelled);
}

TEST(UrlBelow, AppendsToAPath) {
  EXPECT_EQ(url_below("http://h.example", "/a?b=c")->str(), "http://h.example/a?b=c");
  EXPECT_EQ(url_below("http://h.example/", "/a")->str(), "http://h.example/a");
  EXPECT_EQ(url_below("http://h.example/x/", "/a")->str(), "http://h.example/x/a");
  for (const char* base : {"", "h.example", "ftp://h.example", "http://u@h", "http://h/?x=y"}) {
    EXPECT_EQ(url_below(base, "/a").error().code, Errc::invalid) << base;
  }
}

TEST(FormRequest, EscapesItsValues) {
  const auto request =
      form_request(http::Url::parse("https://h.example/t").value(), {{"a", "b c&d=é"}, {"e", ""}});

  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "a=b%20c%26d%3D%C3%A9&e=");
}

TEST(Token, IsPrintableAndBounded) {
  EXPECT_TRUE(is_token("eyJ.a-b_c"));
  EXPECT_TRUE(is_token(std::string(32 * 1024, 'x')));
  for (const std::string& text : {std::string(), std::string("a b"), std::string("a\r\n"),
                                  std::string("\x7f"), std::string(32 * 1024 + 1, 'x')}) {
    EXPECT_FALSE(is_token(text));
  }
}

}  // namespace
}  // namespace larder::auth
