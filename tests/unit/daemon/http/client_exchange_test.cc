// Which requests may not reach the wire, and that nothing of a response is lost on its way.
#include "daemon/http/client_exchange.h"

#include <gtest/gtest.h>

#include "tests/support/recording_response.h"
#include "tests/unit/daemon/http/fake_transport.h"

namespace larder::http {
namespace {

ClientRequest valid_request() {
  ClientRequest request;
  request.url = Url::parse("http://h.example/v2/?a=%2F").value();
  return request;
}

TEST(CheckRequest, AcceptsWhatIsProper) {
  auto request = valid_request();
  request.headers.add("Authorization", "Basic dTpw");
  request.headers.add("X-Tab", "a\tb");

  EXPECT_TRUE(check_request(request).ok());
}

class BadTargets : public ::testing::TestWithParam<const char*> {};

TEST_P(BadTargets, AreRefused) {
  auto request = valid_request();
  request.url.target = GetParam();

  EXPECT_EQ(check_request(request).error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadTargets,
                         ::testing::Values("", "v2", "/a b", "/a\r\nX: y", "/a\n", "/a\t",
                                           "/\x7f"));

TEST(CheckRequest, RefusesMethodsThatAreNoTokens) {
  for (const char* method : {"", "GET ", "GE T", "G\r\nX:"}) {
    auto request = valid_request();
    request.method = method;

    EXPECT_EQ(check_request(request).error().code, Errc::invalid) << method;
  }
}

TEST(CheckRequest, RefusesHeaderNamesThatAreMalformedOrItsOwn) {
  for (const char* name : {"", "A b", "A:", "A\r\n", "host", "Connection", "content-length",
                           "Transfer-Encoding", "Accept-Encoding"}) {
    auto request = valid_request();
    request.headers.add(name, "x");

    EXPECT_EQ(check_request(request).error().code, Errc::invalid) << name;
  }
}

TEST(CheckRequest, RefusesControlCharactersInValuesWithoutRepeatingThem) {
  for (const std::string value : {"secret\r\nX: y", "secret\n", "secret\x01", "secret\x7f"}) {
    auto request = valid_request();
    request.headers.add("Authorization", value);

    const auto checked = check_request(request);

    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().context.find("secret"), std::string::npos);
  }
}

TEST(CheckRequest, RefusesNulInValues) {
  auto request = valid_request();
  request.headers.add("A", std::string("a\0b", 3));

  EXPECT_FALSE(check_request(request).ok());
}

struct ExchangeCase {
  const char* response;
  bool reusable;
};

class Responses : public ::testing::TestWithParam<ExchangeCase> {
 protected:
  ExchangeResult run() {
    auto connection = connection_over(wire_);
    Waiter waiter{{}};
    return exchange(*connection, valid_request(), {}, sink_, waiter);
  }

  FakeWire wire_;
  testing::RecordingResponse sink_;
};

TEST_P(Responses, LeaveAConnectionForReuseOnlyWhenItIsInStep) {
  wire_.reads = byte_by_byte(GetParam().response);

  const auto result = run();

  EXPECT_TRUE(result.status.ok()) << describe(result.status.error());
  EXPECT_TRUE(result.answered);
  EXPECT_EQ(result.reusable, GetParam().reusable);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Responses,
    ::testing::Values(
        ExchangeCase{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", true},
        ExchangeCase{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
        ExchangeCase{"HTTP/1.1 204 None\r\n\r\n", true},
        ExchangeCase{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
        ExchangeCase{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
                     true},
        ExchangeCase{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", false},
        ExchangeCase{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", false},
        ExchangeCase{"HTTP/1.1 200 OK\r\n\r\na", false},
        ExchangeCase{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", false},
        ExchangeCase{"HTTP/1.1 204 None\r\n\r\nHTTP/1.1 200 OK\r\n", false},
        ExchangeCase{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", false}));

}  // namespace
}  // namespace larder::http
