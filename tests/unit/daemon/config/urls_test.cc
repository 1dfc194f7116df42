#include "daemon/config/urls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::TestWithParam;
using ::testing::Values;

class GoodEndpoints : public TestWithParam<std::string> {};

TEST_P(GoodEndpoints, HaveNoFault) {
  EXPECT_EQ(endpoint_fault(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodEndpoints,
                         Values("https://registry-1.docker.io", "http://127.0.0.1:5000",
                                "https://[::1]:5000/", "https://localhost/",
                                "http://169.254.169.254", "https://a/v2", "https://a/mirror",
                                "https://a/mirror/", "https://harbor.example/v2/dockerhub",
                                "https://1234.dkr.ecr.eu-west-1.amazonaws.com/v2/docker-hub",
                                "https://art.example/artifactory/api/docker/remote/v2",
                                "https://a/~U/x+y/v2/a_b/c.d"));

class BadEndpoints : public TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BadEndpoints, HaveTheirFaultNamed) {
  EXPECT_THAT(endpoint_fault(GetParam().first).value_or("none"), HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadEndpoints,
    Values(std::pair("", "scheme"), std::pair("registry.example", "scheme"),
           std::pair("ftp://a", "scheme"), std::pair("HTTPS://a", "scheme"),
           std::pair("https://", "host"), std::pair("https:///", "host"),
           std::pair("https://a:0", "host or port"), std::pair("https://a:65536", "host or port"),
           std::pair("https://a b", "host"), std::pair("https://*.io", "host"),
           std::pair("https://a//", "empty or dotted part"),
           std::pair("https://a//b", "empty or dotted part"),
           std::pair("https://a/../v2", "empty or dotted part"),
           std::pair("https://a/./b", "empty or dotted part"),
           std::pair("https://a/b c", "malformed path"),
           std::pair("https://a/%2e%2e", "malformed path"),
           std::pair("https://a/b\\c", "malformed path"),
           std::pair("https://a/v2/Docker", "no repository"),
           std::pair("https://a/v2/a~b", "no repository"), std::pair("https://a?x=1", "query"),
           std::pair("https://a#x", "fragment"), std::pair("https://a/?x", "query"),
           std::pair("https://a/v2/b?x", "query")));

TEST(EndpointFault, DoesNotRepeatAPassword) {
  const std::string fault = endpoint_fault("https://user:hunter2@a").value_or("none");

  EXPECT_THAT(fault, HasSubstr("password"));
  EXPECT_THAT(fault, Not(HasSubstr("hunter2")));
}

TEST(ServiceFault, TakesAUrlThatPathsAreJoinedTo) {
  for (const std::string url : {"https://sts.example", "http://[::1]:1/",
                                "http://169.254.170.23/v1/x", "https://a/v2/Any_Path/x%20y:z"}) {
    EXPECT_EQ(service_fault(url), std::nullopt) << url;
  }
  for (const std::string url :
       {"", "sts.example", "ftp://a", "https://", "https://a?x", "https://a#x", "https://u:p@a",
        "https://a//b", "https://a/../b", "https://a/b c"}) {
    EXPECT_NE(service_fault(url), std::nullopt) << url;
  }
}

TEST(DocumentFault, TakesAQueryToo) {
  for (const std::string url : {"https://a", "https://a/k?p=B2C_1&x=a@b", "https://a?x"}) {
    EXPECT_EQ(document_fault(url), std::nullopt) << url;
  }
  for (const std::string url : {"", "a?x", "https://u@a?x", "https://a?x#y", "https://a?x y"}) {
    EXPECT_NE(document_fault(url), std::nullopt) << url;
  }
}

TEST(ProxyFault, TakesAUrlWithoutAPath) {
  for (const std::string url : {"http://proxy.example:3128", "https://10.0.0.1/", "http://[::1]"}) {
    EXPECT_EQ(proxy_fault(url), std::nullopt) << url;
  }
}

class BadProxyUrls : public TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BadProxyUrls, HaveTheirFaultNamed) {
  EXPECT_THAT(proxy_fault(GetParam().first).value_or("none"), HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(Table, BadProxyUrls,
                         Values(std::pair("proxy.example:3128", "scheme"),
                                std::pair("socks5://proxy.example", "scheme"),
                                std::pair("http://u:p@proxy.example", "password"),
                                std::pair("http://proxy.example/x", "path"),
                                std::pair("http://proxy.example?x", "query"),
                                std::pair("http://:3128", "host")));

class GoodEntries : public TestWithParam<std::string> {};

TEST_P(GoodEntries, AreEntriesOfNoProxy) {
  EXPECT_TRUE(is_no_proxy_entry(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, GoodEntries,
                         Values("*", "a.example", ".example", "*.example", "a.example:5000",
                                "10.0.0.1", "10.0.0.1:80", "10.0.0.0/8", "0.0.0.0/0", "fd00::1",
                                "[fd00::1]", "[fd00::1]:80", "fd00::/128", "localhost"));

class BadEntries : public TestWithParam<std::string> {};

TEST_P(BadEntries, AreNone) {
  EXPECT_FALSE(is_no_proxy_entry(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, BadEntries,
                         Values("", ".", "*.", "a,b", "a b", "a.*", "**", "http://a", "a/8",
                                "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                                "fd00::/129", "a:0", "a:x"));

}  // namespace
}  // namespace larder::config
