#include "daemon/config/warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> warnings_about(const Listener& listener) {
  Config config;
  config.listeners = {listener};
  return warnings_of(config);
}

class PlainAddresses : public ::testing::TestWithParam<const char*> {};

TEST_P(PlainAddresses, AreWarnedOfWhereClientsShowCredentials) {
  Listener listener{.name = "endpoint", .address = GetParam(), .auth = ListenerAuth::required};

  EXPECT_THAT(warnings_about(listener),
              ElementsAre(HasSubstr("listener endpoint: passwords and tokens reach ")));

  listener.auth = ListenerAuth::none;
  EXPECT_THAT(warnings_about(listener), IsEmpty());
  listener.auth = ListenerAuth::tenant;
  listener.tls.certificates = {{"/c.pem", "/k.pem"}};
  EXPECT_THAT(warnings_about(listener), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Warnings, PlainAddresses,
                         ::testing::Values("10.0.0.1:5050", "0.0.0.0:80", "[fd00::1]:80", "[::]:80",
                                           "interface:eth0:5050", "mirror.example:5050"));

TEST(Warnings, TellOfHostsOfEcrWhereNobodyCanLogIn) {
  Listener listener{.name = "e", .hosts = {"*.dkr.ecr.eu-west-1.amazonaws.com"}};
  EXPECT_THAT(warnings_about(listener), ElementsAre(HasSubstr("aws ecr get-login-password")));

  listener.auth = ListenerAuth::required;
  EXPECT_THAT(warnings_about(listener), IsEmpty());
  EXPECT_THAT(warnings_about({.hosts = {"ghcr.io"}}), IsEmpty());
}

class OwnAddresses : public ::testing::TestWithParam<const char*> {};

TEST_P(OwnAddresses, NeedNoWarning) {
  const Listener listener{.address = GetParam(), .auth = ListenerAuth::required};

  EXPECT_THAT(warnings_about(listener), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Warnings, OwnAddresses,
                         ::testing::Values("127.0.0.1:5050", "127.1.2.3:1", "[::1]:5050",
                                           "localhost:5050", "unix:/run/larder.sock"));

}  // namespace
}  // namespace larder::config
