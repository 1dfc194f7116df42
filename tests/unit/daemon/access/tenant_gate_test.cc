// Tenants: what is public, what is somebody's, and what upstream is asked to find out.
#include "daemon/access/tenant_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "daemon/auth/tokens/signing_keys.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;
using registry::RouteKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";

// Says who may have what, and who asked for it.
class FakeUpstream final : public Prober {
 public:
  Status probe(const registry::Target& target, const registry::RegistryPath& path,
               MonoTime) override {
    asked.push_back((target.as->id.empty() ? "nobody" : target.as->credential.username) + " " +
                    path.reference.substr(0, 12));
    if (is_down) return Error{Errc::upstream_down, "connection refused"};
    const bool is_allowed = is_public || target.as->credential.username == owner;
    if (!is_allowed) return Error{Errc::denied, "HTTP 401"};
    return is_there ? Status() : Status(Error{Errc::not_found, "HTTP 404"});
  }

  std::string owner = "owner";
  bool is_public = false;
  bool is_down = false;
  bool is_there = true;
  std::vector<std::string> asked;
};

class RejectedTenants final : public DecisionObserver {
 public:
  void policy_decided(const PolicyDecision&) override {}
  void token_rejected(const TokenRejection& rejection) override {
    rejections.push_back(std::string(rejection.subject_kind) + " " +
                         std::string(rejection.resource) + ": " + std::string(rejection.error) +
                         ", " + std::string(rejection.cause));
  }
  std::vector<std::string> rejections;
};

class TenantGateTest : public testing::RegistryFixture {
 protected:
  // A token for what `username` shows, as the token endpoint gives it.
  std::string token_of(const std::string& username, const std::string& repository = "app") {
    const std::vector<tokens::Access> access{
        {.type = "repository", .name = "reg.test/" + repository, .actions = {"pull"}}};
    const auto subject = tenants_.check({username, "secret", access, "node", "127.0.0.1:1"});
    return issuer_.access_token(*subject, access)->token;
  }
  std::string anonymous_token() { return issuer_.access_token({}, {})->token; }

  // The status it is refused with; 200: it goes on.
  int ask(const registry::RegistryPath& path, const std::string& token = "") {
    http::Request request{"GET", "", {}, "127.0.0.1:1", "node"};
    request.headers.add("Host", "127.0.0.1:5050");
    if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
    target_ = registry::Target{upstreams_.find("reg.test"), path.repository};
    const auto refusal = gate_.refuse(request, path, target_);
    challenge_ = refusal ? refusal->headers.find("WWW-Authenticate").value_or("") : "";
    return refusal ? refusal->status : 200;
  }
  static registry::RegistryPath tag(const std::string& name = "7") {
    return {RouteKind::manifest, "app", name, ""};
  }
  static registry::RegistryPath manifest(const cache::Digest& digest) {
    return {RouteKind::manifest, "app", digest.str(), ""};
  }
  static std::string manifest_naming(const cache::Digest& layer) {
    return R"({"schemaVersion":2,"layers":[{"digest":")" + layer.str() +
           R"(","size":3,"mediaType":"x"}]})";
  }
  static registry::RegistryPath blob(const cache::Digest& digest) {
    return {RouteKind::blob, "app", digest.str(), ""};
  }

  const testing::TempDirectory directory_;
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "larder"};
  tokens::TokenIssuer issuer_{rules_, *keys_, clock_};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  Grants grants_{{.ttl = 15min, .grace = 1h}, clock_};
  Tenants tenants_{"key", 10min, clock_};
  RepositoryContents contents_{clock_};
  ProbeLimits limits_{clock_};
  FakeUpstream upstream_;
  RejectedTenants decisions_;
  ListenerPolicy policy_{"node", nullptr, clock_, decisions_};
  TenantGate gate_{{grants_, tenants_, contents_, limits_, upstream_, verifier_, policy_, clock_,
                    decisions_, "larder", 3s, 15min}};
  registry::Target target_;
  std::string challenge_;
};

TEST_F(TenantGateTest, LetsEverybodyHaveWhatIsPublicAndAsksOnce) {
  upstream_.is_public = true;

  EXPECT_EQ(ask(tag()), 200);
  EXPECT_EQ(ask(tag()), 200);
  EXPECT_EQ(ask(tag("8"), token_of("anybody")), 200);

  EXPECT_THAT(upstream_.asked, ElementsAre("nobody 7"));
  EXPECT_EQ(target_.as, nullptr);
}

TEST_F(TenantGateTest, ChallengesForWhatIsPrivate) {
  EXPECT_EQ(ask(tag()), 401);

  EXPECT_EQ(challenge_,
            "Bearer realm=\"http://127.0.0.1:5050/token\",service=\"larder\","
            "scope=\"repository:reg.test/app:pull\"");
}

TEST_F(TenantGateTest, LetsATenantHaveWhatHeMayPullAndAsksOnce) {
  const auto token = token_of("owner");

  EXPECT_EQ(ask(tag()), 401);
  EXPECT_EQ(ask(tag(), token), 200);
  EXPECT_EQ(ask(tag(), token), 200);

  EXPECT_THAT(upstream_.asked, ElementsAre("nobody 7", "owner 7"));
  ASSERT_NE(target_.as, nullptr);
  EXPECT_EQ(target_.as->credential, (auth::Credential{"owner", "secret"}));
}

TEST_F(TenantGateTest, TellsTheLogWhichTenantHasAsked) {
  const auto token = token_of("jane");
  const auto claims = *verifier_.verify(token);

  (void)ask(tag(), token);

  EXPECT_EQ(target_.admission->subject_kind, "tenant");
  EXPECT_EQ(target_.admission->subject, claims->subject.name);
  EXPECT_EQ(target_.admission->token_id, claims->id);
  EXPECT_EQ(target_.admission->resource, "reg.test/app");
}

TEST_F(TenantGateTest, RefusesATenantWithoutTheRight) {
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);

  EXPECT_EQ(ask(tag(), token_of("stranger")), 401);
  EXPECT_THAT(challenge_, HasSubstr("error=\"insufficient_scope\""));
  ASSERT_EQ(decisions_.rejections.size(), 1U);
  EXPECT_THAT(decisions_.rejections[0],
              ::testing::StartsWith("tenant reg.test/app: insufficient_"));
  EXPECT_EQ(ask(tag(), anonymous_token()), 401);
}

TEST_F(TenantGateTest, AsksAgainForWhoWasRefusedAWhileAgo) {
  const auto token = token_of("stranger");
  ASSERT_EQ(ask(tag(), token), 401);
  ASSERT_EQ(ask(tag(), token), 401);
  ASSERT_THAT(upstream_.asked, ElementsAre("nobody 7", "stranger 7"));
  upstream_.is_public = true;

  clock_.advance(10s);

  EXPECT_EQ(ask(tag(), token), 200);
}

TEST_F(TenantGateTest, LetsAGrantHoldForItsGraceWhileNobodyCanBeAsked) {
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  upstream_.is_down = true;

  clock_.advance(15min);
  EXPECT_EQ(ask(tag(), token_of("owner")), 200);
  clock_.advance(1h);
  EXPECT_EQ(ask(tag(), token_of("owner")), 503);
}

TEST_F(TenantGateTest, EndsAGrantThatUpstreamTakesBack) {
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  clock_.advance(15min);
  upstream_.is_there = false;

  EXPECT_EQ(ask(tag(), token_of("owner")), 404);
}

TEST_F(TenantGateTest, ServesADigestOnlyWhereUpstreamWasSeenToHaveIt) {
  const auto own = testing::sha256_of("own");
  const auto others = testing::sha256_of("others");
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  upstream_.asked.clear();

  EXPECT_EQ(ask(blob(own), token_of("owner")), 200);
  EXPECT_EQ(ask(blob(own), token_of("owner")), 200);
  EXPECT_EQ(upstream_.asked.size(), 1U) << "asked once";
  upstream_.is_there = false;
  EXPECT_EQ(ask(blob(others), token_of("owner")), 404);
  EXPECT_EQ(ask(blob(own), token_of("owner")), 200);
  EXPECT_EQ(ask(tag(), token_of("owner")), 200) << "one thing less is not the end of his grant";
}

TEST_F(TenantGateTest, BelievesNoDocumentAboutWhatARepositoryHolds) {
  const auto stolen = testing::sha256_of("of a private image");
  const auto document = testing::sha256_of(manifest_naming(stolen));
  upstream_.is_public = true;
  ASSERT_TRUE(store_->put_document(document, {kManifestType, manifest_naming(stolen)}).ok());
  ASSERT_EQ(ask(tag()), 200);
  ASSERT_EQ(ask(manifest(document)), 200);
  ASSERT_EQ(ask(blob(document)), 200);

  upstream_.is_there = false;

  EXPECT_EQ(ask(blob(stolen)), 401);
  EXPECT_EQ(ask(manifest(stolen), token_of("anybody")), 404);
}

TEST_F(TenantGateTest, TakesTheRightToOneThingForNoMore) {
  const auto layer = testing::sha256_of("layer");
  const registry::RegistryPath tags{RouteKind::tags, "app", "", ""};
  for (const auto& path : {tags, blob(layer)}) {
    ASSERT_EQ(ask(path, token_of("owner")), 200);
    ASSERT_EQ(ask(path, token_of("owner")), 200);
  }
  EXPECT_EQ(upstream_.asked.size(), 4U) << "nobody and he, once for each";

  upstream_.owner = "nobody any more";

  EXPECT_EQ(ask(tags, token_of("owner")), 200);
  EXPECT_EQ(ask(blob(layer), token_of("owner")), 200);
  EXPECT_EQ(ask(tag(), token_of("owner")), 401);
  EXPECT_EQ(ask(blob(testing::sha256_of("another")), token_of("owner")), 401);
}

TEST_F(TenantGateTest, RemembersInAnOutageWhatADigestBelongsTo) {
  const auto own = testing::sha256_of("own");
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  ASSERT_EQ(ask(blob(own), token_of("owner")), 200);
  upstream_.is_down = true;

  clock_.advance(15min);

  EXPECT_EQ(ask(blob(own), token_of("owner")), 200);
  EXPECT_EQ(ask(blob(testing::sha256_of("another")), token_of("owner")), 503);
}

TEST_F(TenantGateTest, AsksNoMoreForStrangersWhenTooManyWereRefused) {
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  for (int i = 0; i < ProbeLimits::kRefusalsMax; ++i) {
    ASSERT_EQ(ask(tag(), token_of("guess" + std::to_string(i))), 401);
  }
  const auto asked = upstream_.asked.size();

  EXPECT_EQ(ask(tag(), token_of("one more")), 503);
  EXPECT_EQ(upstream_.asked.size(), asked);
  clock_.advance(15min);
  EXPECT_EQ(ask(tag(), token_of("owner")), 200);
}

TEST_F(TenantGateTest, TakesNoOutageForARefusal) {
  upstream_.is_down = true;
  for (int i = 0; i < ProbeLimits::kRefusalsMax; ++i) {
    ASSERT_EQ(ask(tag(), token_of("tenant" + std::to_string(i))), 503);
  }

  upstream_.is_down = false;

  EXPECT_EQ(ask(tag(), token_of("owner")), 200);
}

TEST_F(TenantGateTest, AsksOnForWhoWasProvenWhileStrangersAreNotAskedFor) {
  ASSERT_EQ(ask(tag(), token_of("owner")), 200);
  for (int i = 0; i < ProbeLimits::kRefusalsMax; ++i) limits_.note_refused("127.0.0.1:2");

  EXPECT_EQ(ask(blob(testing::sha256_of("own")), token_of("owner")), 200);
  EXPECT_EQ(ask(tag(), token_of("stranger")), 503);
}

TEST_F(TenantGateTest, TriesWhatWasShownForOneRepositoryOnNoOther) {
  EXPECT_EQ(ask(tag(), token_of("owner", "elsewhere")), 401);

  EXPECT_THAT(challenge_, HasSubstr("error=\"insufficient_scope\""));
  EXPECT_THAT(upstream_.asked, IsEmpty());
}

TEST_F(TenantGateTest, WantsATenantWhoWasNotSeenSinceTheStartToShowHimself) {
  const auto token = token_of("owner");
  ASSERT_EQ(ask(tag(), token), 200);

  clock_.advance(4min);
  Tenants others("key", 1min, clock_);
  TenantGate restarted({grants_, others, contents_, limits_, upstream_, verifier_, policy_, clock_,
                        decisions_, "larder", 3s, 15min});
  http::Request request{"GET", "", {}, "127.0.0.1:1", "node"};
  request.headers.add("Host", "127.0.0.1:5050");
  request.headers.add("Authorization", "Bearer " + token);

  const auto refusal = restarted.refuse(request, tag(), target_);

  ASSERT_TRUE(refusal.has_value());
  EXPECT_THAT(refusal->headers.find("WWW-Authenticate").value_or(""),
              HasSubstr("error=\"invalid_token\""));
}

TEST_F(TenantGateTest, ChallengesForWhatIsNoTokenOfOurs) {
  for (const char* token : {"x", "a.b.c", " "}) {
    EXPECT_EQ(ask(tag(), token), 401) << token;
    EXPECT_THAT(challenge_, HasSubstr("error=\"invalid_token\"")) << token;
  }
  EXPECT_THAT(upstream_.asked, IsEmpty());
}

}  // namespace
}  // namespace larder::access
