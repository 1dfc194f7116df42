#include "daemon/auth/policy/read_resource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

std::string resource(const std::string& text) {
  return R"({"Resource": ")" + text + R"("})";
}

std::string not_resource(const std::string& text) {
  return R"({"Resource": null, "NotResource": ")" + text + R"("})";
}

PolicyRequest pull_of(std::string_view repository, PolicyRequest request = web_pulls()) {
  request.resource = repository;
  return request;
}

TEST(Resource, CoversARepository) {
  for (const char* const text :
       {"*", "docker.io/library/redis", "docker.io/*", "docker.io/library/r?dis", "*/redis",
        "*.io/library/*", "docker.io/*/redis"}) {
    EXPECT_TRUE(allows(resource(text), web_pulls())) << text;
  }
  for (const char* const text :
       {"docker.io/library", "docker.io/library/redis/*", "quay.io/*", "*/library", "*/nginx"}) {
    EXPECT_FALSE(allows(resource(text), web_pulls())) << text;
  }
}

TEST(Resource, MayBeAnyOfAList) {
  EXPECT_TRUE(allows(R"({"Resource": ["quay.io/*", "docker.io/*"]})", web_pulls()));
  EXPECT_FALSE(allows(R"({"Resource": ["quay.io/*", "ghcr.io/*"]})", web_pulls()));
}

TEST(NotResource, CoversEveryOtherRepository) {
  EXPECT_FALSE(allows(not_resource("docker.io/*"), web_pulls()));
  EXPECT_TRUE(allows(not_resource("quay.io/*"), web_pulls()));
  EXPECT_TRUE(denies(not_resource("quay.io/*"), web_pulls()));
}

TEST(Resource, MayNameWhoAsks) {
  const std::string own = resource("quay.io/${registry:Namespace}/*");

  EXPECT_TRUE(allows(own, pull_of("quay.io/shop/app")));
  EXPECT_FALSE(allows(own, pull_of("quay.io/bank/app")));
  EXPECT_FALSE(allows(own, pull_of("quay.io/shop2/app")));
}

// NotResource would cover everything for somebody without a namespace.
TEST(Resource, NeverAllowsByAVariableWithoutValue) {
  const std::string own = "quay.io/${registry:Namespace}/*";
  const PolicyRequest request = pull_of("quay.io/shop/app", nobody_pulls());

  EXPECT_FALSE(allows(resource(own), request));
  EXPECT_FALSE(allows(not_resource(own), request));
  EXPECT_FALSE(denies(resource(own), request));
  EXPECT_TRUE(denies(not_resource(own), request));
}

TEST(Resource, TakesHostsWithPorts) {
  EXPECT_EQ(problems_of(one_statement(resource("localhost:5000/app"))), "");
  EXPECT_EQ(problems_of(one_statement(resource("localhost:5*"))), "");
  EXPECT_EQ(problems_of(one_statement(resource("[::1]:5000/app"))), "");
  EXPECT_TRUE(allows(resource("localhost:5000/*"), pull_of("localhost:5000/app")));
}

// Each could match no repository, so it is a slip of the pen.
TEST(Resource, RefusesWhatNoRequestCanName) {
  const auto problem = [](const std::string& text) {
    return problems_of(one_statement(resource(text)));
  };

  EXPECT_THAT(problem("redis"), HasSubstr("Statement.Resource: got \"redis\", expected host/rep"));
  EXPECT_THAT(problem(""), HasSubstr("expected 1 to 1024 bytes"));
  for (const char* const text : {"docker.io/library/redis:7", "https://docker.io/library/*",
                                 "docker.io//redis", "*:latest", "docker.io/*:7", "[::1]//a"}) {
    EXPECT_THAT(problem(text), HasSubstr("expected host/repository without a scheme or tag"));
  }
  for (const char* const text : {"docker.io/Library/*", "docker.io/a b", "docker.io/a@sha256",
                                 "docker.io/a,quay.io/b", "docker.io/a${*}"}) {
    EXPECT_THAT(problem(text), HasSubstr("expected lower case host/repository"));
  }
  EXPECT_THAT(problem("docker.io/${registry:Team}/*"), HasSubstr("policy variables among"));
}

}  // namespace
}  // namespace larder::policy
