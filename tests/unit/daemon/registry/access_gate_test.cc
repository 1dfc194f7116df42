// That the gate is asked first: what it refuses, nobody looks up, here or upstream.
#include "daemon/registry/access_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kGateManifestType = "application/vnd.oci.image.manifest.v1+json";

// Refuses or lets pass, in somebody's name or not, and remembers what it was asked.
class FakeGate final : public AccessGate {
 public:
  std::optional<http::Response> refuse_ping(const http::Request&) override {
    asked.push_back("ping");
    return verdict();
  }
  std::optional<http::Response> refuse(const http::Request& request, const RegistryPath& path,
                                       Target& target) override {
    asked.push_back(request.method + " " + target.upstream->name() + "/" + target.repository + " " +
                    std::to_string(static_cast<int>(path.kind)) + " " + path.reference);
    target.as = tenant;
    target.admission = http::Admission{.subject = "jane"};
    return verdict();
  }

  bool refuses = true;
  std::shared_ptr<const auth::Tenant> tenant;
  std::vector<std::string> asked;

 private:
  std::optional<http::Response> verdict() const {
    if (!refuses) return {};
    return http::Response{.status = 401, .headers = {}, .body = "no"};
  }
};

struct GatedRequest {
  std::string name;
  std::string method;
  std::string target;
  std::string range{};
};

class AccessGateTest : public testing::RegistryFixture,
                       public ::testing::WithParamInterface<GatedRequest> {
 protected:
  // What is asked for below is all in the cache.
  void SetUp() override {
    const std::string manifest = R"({"schemaVersion":2})";
    const auto digest = testing::sha256_of(manifest);
    ASSERT_TRUE(store_->put_document(digest, {kGateManifestType, manifest}).ok());
    store_->put_tag({"reg.test", "app", "7"},
                    {digest, kGateManifestType, manifest.size(), clock_.wall(), clock_.wall()});
    ASSERT_TRUE(store_->put_document(blob_, {"", "layer"}).ok());
    store_->flush();
  }
  http::Response ask(const GatedRequest& asked, const std::string& listener = "node") {
    http::Request request{asked.method, asked.target, {}, "127.0.0.1:1", listener};
    if (!asked.range.empty()) request.headers.add("Range", asked.range);
    return registry_.handle(request);
  }

  const cache::Digest blob_ = testing::sha256_of("layer");
  FakeGate gate_;
  NamedDocuments documents_{{}, upstream::FreshnessRules({}), *store_, clock_, *executor_, *this};
  Manifests manifests_{{}, documents_, *store_, clock_};
  Blobs blobs_{{}, *store_, clock_};
  Lists lists_{{}, documents_, *store_, clock_};
  Registry registry_{
      "docker.io", upstreams_, manifests_, blobs_, lists_, *this, {.gates = {{"node", &gate_}}}};
};

const std::string kGateManifestDigest = testing::sha256_of(R"({"schemaVersion":2})").str();
const std::string kGateBlob = "/v2/app/blobs/" + testing::sha256_of("layer").str();
const GatedRequest kTag{"tag", "GET", "/v2/app/manifests/7?ns=reg.test"};

TEST_F(AccessGateTest, SaysOnEachAnswerForTheLogWhoHasAsked) {
  const auto refused = ask(kTag);
  gate_.refuses = false;
  const auto served = ask(kTag);

  ASSERT_TRUE(refused.admission && served.admission);
  EXPECT_EQ(refused.admission->subject, "jane");
  EXPECT_EQ(served.status, 200);
  EXPECT_EQ(served.admission->subject, "jane");
}

class AccessGateRefuses : public AccessGateTest {};

TEST_P(AccessGateRefuses, BeforeAnythingIsLookedUp) {
  index_.fail_reads(Errc::corrupt);  // whoever looked would not find it

  const auto response = ask(GetParam());

  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(std::get<std::string>(response.body), "no");
  EXPECT_EQ(gate_.asked.size(), 1U);
  EXPECT_THAT(client_.urls(), IsEmpty());
}

TEST_P(AccessGateRefuses, AndLetsPassWhatItDoesNotRefuse) {
  gate_.refuses = false;

  EXPECT_NE(ask(GetParam()).status, 401);
  EXPECT_EQ(gate_.asked.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Routes, AccessGateRefuses,
    ::testing::Values(kTag, GatedRequest{"tag_head", "HEAD", "/v2/app/manifests/7?ns=reg.test"},
                      GatedRequest{"manifest", "GET",
                                   "/v2/app/manifests/" + kGateManifestDigest + "?ns=reg.test"},
                      GatedRequest{"manifest_head", "HEAD",
                                   "/v2/app/manifests/" + kGateManifestDigest + "?ns=reg.test"},
                      GatedRequest{"blob", "GET", kGateBlob + "?ns=reg.test"},
                      GatedRequest{"blob_head", "HEAD", kGateBlob + "?ns=reg.test"},
                      GatedRequest{"blob_range", "GET", kGateBlob + "?ns=reg.test", "bytes=1-2"},
                      GatedRequest{"tags", "GET", "/v2/app/tags/list?ns=reg.test"},
                      GatedRequest{"tags_head", "HEAD", "/v2/app/tags/list?ns=reg.test"},
                      GatedRequest{"referrers", "GET",
                                   "/v2/app/referrers/" + kGateManifestDigest + "?ns=reg.test"},
                      GatedRequest{"ping", "GET", "/v2/"},
                      GatedRequest{"ping_head", "HEAD", "/v2/"}),
    [](const auto& one) { return one.param.name; });

TEST_F(AccessGateTest, IsToldTheUpstreamAndTheRepositoryThatAreMeant) {
  ask(kTag);
  ask({"", "HEAD", "/v2/redis/manifests/7"});
  ask({"", "GET", "/v2/reg.test/team/app/tags/list"});

  EXPECT_THAT(gate_.asked, ElementsAre("GET reg.test/app 1 7", "HEAD docker.io/library/redis 1 7",
                                       "GET reg.test/team/app 3 "));
}

TEST_F(AccessGateTest, IsItsListenersOwn) {
  EXPECT_EQ(ask(kTag, "other").status, 200);

  EXPECT_THAT(gate_.asked, IsEmpty());
}

TEST_F(AccessGateTest, RefusesInTheNamespaceThatWasAskedFor) {
  EXPECT_EQ(ask(kTag).headers.find("OCI-Namespace"), "reg.test");
}

TEST_F(AccessGateTest, MakesUpstreamBeAskedInTheNameThatItSets) {
  gate_.refuses = false;
  gate_.tenant = std::make_shared<auth::Tenant>(auth::Tenant{"tenant-1", {"jane", "secret"}});
  upstream_answer_ = {.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"x\""}}};

  ask({"", "GET", "/v2/app/blobs/" + testing::sha256_of("other").str() + "?ns=reg.test"});
  ask({"", "GET", "/v2/app/manifests/8?ns=reg.test"});
  ask({"", "GET", "/v2/app/tags/list?ns=reg.test"});

  auto shown = client_.authorizations();
  EXPECT_EQ(shown.front(), "(none)");
  shown.erase(shown.begin());
  EXPECT_THAT(shown, AllOf(SizeIs(Gt(2U)), Each("Basic amFuZTpzZWNyZXQ=")));
}

TEST(TargetOfATenant, IsAskedForInHisNameAlone) {
  Target alice;
  alice.as = std::make_shared<auth::Tenant>(auth::Tenant{"alice", {}});
  Target nobody;
  nobody.as = std::make_shared<auth::Tenant>();

  EXPECT_EQ(alice.asking({.deadline = {}}).as, alice.as);
  EXPECT_EQ(std::set({Target{}.asker(), nobody.asker(), alice.asker()}).size(), 3u);
  EXPECT_EQ(Target{}.asker(), "");
}

}  // namespace
}  // namespace larder::registry
