#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(Upstreams, ReplaceTheDefaults) {
  const Config config = parsed(
      "upstreams:\n"
      "  - match: registry.example:5000\n"
      "    endpoints: ['http://10.0.0.1:5000', 'https://registry.example:5000/']\n"
      "    ca: /etc/larder/ca.pem\n"
      "    auth: {kind: anonymous}\n");

  EXPECT_THAT(config.upstreams,
              ElementsAre(Upstream{"registry.example:5000",
                                   {{"http://10.0.0.1:5000"}, {"https://registry.example:5000/"}},
                                   Auth{},
                                   "/etc/larder/ca.pem"}));
}

TEST(Upstreams, ReadAPasswordsPlaceButNeverThePassword) {
  const Config config = parsed(
      "upstreams:\n"
      "  - {match: a.io, auth: {kind: basic, username: u, password_file: /run/p}}\n"
      "  - {match: b.io, auth: {kind: basic, username: u, password_env: B_PASSWORD}}\n");

  ASSERT_THAT(config.upstreams, SizeIs(2));
  EXPECT_EQ(config.upstreams[0].auth, (Auth{AuthKind::basic, "u", {"/run/p", ""}}));
  EXPECT_EQ(config.upstreams[1].auth, (Auth{AuthKind::basic, "u", {"", "B_PASSWORD"}}));
}

TEST(Upstreams, WithoutEndpointsStandForTheHostAskedFor) {
  const Config config = parsed("upstreams: [{match: '*.gcr.io'}, {match: ghcr.io}]");

  EXPECT_THAT(config.upstreams[0].endpoints, IsEmpty());
  EXPECT_THAT(config.upstreams[1].endpoints, IsEmpty());
}

TEST(Upstreams, KnowWhereDockerHubIs) {
  for (const std::string name : {"Docker.io", "index.docker.io", "registry-1.docker.io"}) {
    const Config config = parsed("upstreams: [{match: " + name + "}]");

    EXPECT_EQ(config.upstreams[0].match, name);
    EXPECT_THAT(config.upstreams[0].endpoints,
                ElementsAre(Endpoint{"https://registry-1.docker.io"}));
  }
}

TEST(Upstreams, RefuseAMatchThatIsNeverReached) {
  EXPECT_EQ(problems_of("upstreams:\n"
                        "  - {match: a.io}\n"
                        "  - {match: A.io}\n"),
            "f.yaml:3: upstreams[1].match: got \"A.io\", expected another than line 2 has: the "
            "first match wins, so this one is never used");
  EXPECT_THAT(problems_of("upstreams: [{match: docker.io}, {match: index.docker.io}]"),
              HasSubstr("upstreams[1].match: got \"index.docker.io\""));
}

struct BadUpstream {
  std::string yaml;   // of one element
  std::string start;  // of the problem, after "f.yaml:2: upstreams[0]"
  std::string what;
};

class BadUpstreams : public TestWithParam<BadUpstream> {};

TEST_P(BadUpstreams, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of("upstreams:\n  - " + GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0]" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadUpstreams,
    Values(BadUpstream{"a.io", "", "a mapping"}, BadUpstream{"{ca: /x}", ".match", "got nothing"},
           BadUpstream{"{match: 'https://a.io'}", ".match", "a host such as"},
           BadUpstream{"{match: a.io/library}", ".match", "a host such as"},
           BadUpstream{"{match: '**'}", ".match", "a host such as"},
           BadUpstream{"{match: a.io, endpoints: https://a.io}", ".endpoints", "a list of URLs"},
           BadUpstream{"{match: a.io, endpoints: []}", ".endpoints", "at least one"},
           BadUpstream{"{match: a.io, endpoints: [a.io]}", ".endpoints[0]", "scheme"},
           BadUpstream{"{match: a.io, endpoints: ['https://a.io', ~]}", ".endpoints[1]", "nothing"},
           BadUpstream{"{match: a.io, endpoints: ['https://a.io?x']}", ".endpoints[0]", "query"},
           BadUpstream{"{match: a.io, endpoints: [{}]}", ".endpoints[0].url", "got nothing"},
           BadUpstream{"{match: a.io, endpoints: [{url: a.io}]}", ".endpoints[0].url", "scheme"},
           BadUpstream{"{match: a.io, endpoints: [{url: [x]}]}", ".endpoints[0].url", "a list"},
           BadUpstream{"{match: a.io, endpoints: [{url: 'https://a.io', match: b}]}",
                       ".endpoints[0].match", "unknown key"},
           BadUpstream{"{match: a.io, endpoints: [{url: 'https://a.io', auth: {kind: x}}]}",
                       ".endpoints[0].auth.kind", "anonymous, basic,"},
           BadUpstream{"{match: a.io, endpoints: [{url: 'https://a.io', proxy: x}]}",
                       ".endpoints[0].proxy", "environment"},
           BadUpstream{"{match: a.io, client_certificate: /c}", ".client_key", "got nothing"},
           BadUpstream{"{match: a.io, client_key: /k}", ".client_certificate", "got nothing"},
           BadUpstream{"{match: a.io, client_key: '', client_certificate: /c}", ".client_key",
                       "the path of a PEM file"},
           BadUpstream{"{match: a.io, select: fastest}", ".select", "ordered or latency"},
           BadUpstream{"{match: a.io, ca: ''}", ".ca", "the path of a PEM file"},
           BadUpstream{"{match: a.io, endpoint: 'https://a.io'}", ".endpoint",
                       "did you mean endpoints?"},
           BadUpstream{"{match: a.io, auth: basic}", ".auth", "a mapping"}));

TEST(Upstreams, MustBeAListOfAtLeastOne) {
  EXPECT_THAT(problems_of("upstreams: a.io"), StartsWith("f.yaml:1: upstreams: got \"a.io\""));
  EXPECT_THAT(problems_of("upstreams: []"), StartsWith("f.yaml:1: upstreams: got an empty list"));
}

}  // namespace
}  // namespace larder::config
