// Manifests: what is believed of an answer, and what endpoints that disagree amount to.
#include "daemon/upstream/upstream.h"

#include "daemon/upstream/manifest_request.h"
#include "daemon/upstream/manifest_type.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using cache::DigestAlgorithm;
using testing::digest_of_text;
using testing::FakeClient;
using Strings = std::vector<std::string>;

constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";
const std::string kManifestText = R"({"schemaVersion":2,"config":{},"layers":[]})";

class UpstreamTest : public ::testing::Test {
 protected:
  // Another endpoint: reg0.example, reg1.example ...
  void endpoint(std::vector<FakeAnswer> answers) {
    const auto number = std::to_string(clients_.size());
    const auto url = http::Url::parse("https://reg" + number + ".example").value();
    clients_.push_back(std::make_unique<FakeClient>(std::move(answers)));
    endpoints_.push_back(std::make_unique<Endpoint>(EndpointParts{
        "docker.io", url, http::Reach::anywhere, *clients_.back(),
        std::make_unique<auth::AnonymousCredentials>(), clock_, observer_, health_.book.of(url)}));
  }
  Upstream& upstream() {
    if (!upstream_) upstream_.emplace("docker.io", std::move(endpoints_));
    return *upstream_;
  }
  Result<ManifestInfo> head(const std::string& reference) {
    return upstream().head_manifest("team/app", reference, {soon()});
  }
  Result<FetchedManifest> get(const std::string& reference) {
    return upstream().get_manifest("team/app", reference, {soon()});
  }
  static MonoTime soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

  static FakeAnswer manifest(const std::string& body, const std::string& type = kOciManifest,
                             const std::string& digest = "") {
    FakeAnswer answer{.headers = {{"Content-Type", type}}, .body = body};
    if (!digest.empty()) answer.headers.emplace_back("Docker-Content-Digest", digest);
    return answer;
  }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  std::vector<std::unique_ptr<FakeClient>> clients_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::optional<Upstream> upstream_;
  const cache::Digest digest_ = digest_of_text(kManifestText);
};

TEST_F(UpstreamTest, BelievesAHeadThatTellsEverything) {
  endpoint({manifest(kManifestText, kOciManifest, digest_.str())});

  const auto info = head("7");

  ASSERT_TRUE(info.ok()) << describe(info.error());
  EXPECT_EQ(info->digest, digest_);
  EXPECT_EQ(info->media_type, kOciManifest);
  EXPECT_EQ(info->size_bytes, kManifestText.size());
  EXPECT_EQ(clients_[0]->urls(), Strings{"HEAD https://reg0.example/v2/team/app/manifests/7"});
  EXPECT_EQ(clients_[0]->requests().front().headers.find("Accept"), kManifestAccept);
}

class IncompleteHeads : public UpstreamTest, public ::testing::WithParamInterface<FakeAnswer> {};

TEST_P(IncompleteHeads, AreCompletedByAGet) {
  endpoint({GetParam(), manifest(kManifestText)});

  const auto info = head("7");

  ASSERT_TRUE(info.ok()) << describe(info.error());
  EXPECT_EQ(info->digest, digest_);
  EXPECT_EQ(info->media_type, kOciManifest);
  EXPECT_EQ(info->size_bytes, kManifestText.size());
  EXPECT_EQ(clients_[0]->urls().back(), "GET https://reg0.example/v2/team/app/manifests/7");
}

TEST_F(UpstreamTest, CompletesAHeadInTheAskersName) {
  const FakeAnswer challenge{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"r\""}}};
  endpoint({challenge, {.status = 405}, challenge, manifest(kManifestText)});
  Ask ask{soon()};
  ask.as = std::make_shared<auth::Tenant>(auth::Tenant{"tenant-1", {"alice", "password"}});

  ASSERT_TRUE(upstream().head_manifest("team/app", "7", ask).ok());

  EXPECT_EQ(clients_[0]->urls().back(), "GET https://reg0.example/v2/team/app/manifests/7");
  EXPECT_EQ(clients_[0]->authorizations().back(), "Basic YWxpY2U6cGFzc3dvcmQ=");
}

constexpr const char* kSomeDigest =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";
INSTANTIATE_TEST_SUITE_P(
    Table, IncompleteHeads,
    ::testing::Values(FakeAnswer{.headers = {{"Content-Type", kOciManifest}}},
                      FakeAnswer{.headers = {{"Content-Type", kOciManifest},
                                             {"Docker-Content-Digest", "x"}}},
                      FakeAnswer{.headers = {{"Docker-Content-Digest", kSomeDigest}}},
                      FakeAnswer{.headers = {{"Content-Type", "text/plain"},
                                             {"Docker-Content-Digest", kSomeDigest}}},
                      FakeAnswer{.headers = {{"Content-Type", kOciManifest},
                                             {"Docker-Content-Digest", kSomeDigest}},
                                 .tells_length = false},
                      FakeAnswer{.status = 405}, FakeAnswer{.status = 501}));

TEST_F(UpstreamTest, HasTheDigestOfTheBytesForATag) {
  endpoint({manifest(kManifestText)});

  const auto fetched = get("7");

  ASSERT_TRUE(fetched.ok()) << describe(fetched.error());
  EXPECT_EQ(fetched->digest, digest_);
  EXPECT_EQ(fetched->document, (cache::Document{kOciManifest, kManifestText}));
}

TEST_F(UpstreamTest, ChecksWhatTheHeaderSaysWithItsOwnAlgorithm) {
  const auto sha512 = digest_of_text(kManifestText, DigestAlgorithm::sha512);
  const auto other = digest_of_text("other", DigestAlgorithm::sha512);
  endpoint({manifest(kManifestText, kOciManifest, sha512.str()),
            manifest(kManifestText, kOciManifest, other.str()),
            manifest(kManifestText, kOciManifest, "blake3:abc")});

  EXPECT_EQ(get("7")->digest, digest_);
  EXPECT_EQ(get("7").error().code, Errc::corrupt);
  EXPECT_EQ(get("7")->digest, digest_);
}

TEST_F(UpstreamTest, ReturnsOnlyBytesThatMatchTheDigestAskedFor) {
  const auto sha512 = digest_of_text(kManifestText, DigestAlgorithm::sha512);
  endpoint({manifest(kManifestText, kOciManifest, "sha256:wrong"), manifest(kManifestText),
            manifest(kManifestText + " ")});

  EXPECT_EQ(get(digest_.str())->digest, digest_);
  EXPECT_EQ(get(sha512.str())->digest, sha512);
  EXPECT_EQ(get(digest_.str()).error().code, Errc::corrupt);
}

TEST_F(UpstreamTest, AsksNobodyForAMalformedDigest) {
  endpoint({manifest(kManifestText)});

  EXPECT_EQ(get("sha256:abc").error().code, Errc::invalid);
  EXPECT_EQ(head("md5:d41d8cd98f00b204e9800998ecf8427e").error().code, Errc::invalid);

  EXPECT_EQ(clients_[0]->count(), 0U);
}

TEST_F(UpstreamTest, FindsAGenericTypeInTheDocument) {
  const std::string index = R"({"schemaVersion":2,"manifests":[]})";
  endpoint(
      {manifest(index, "application/json; charset=utf-8"), manifest(kManifestText, "text/plain")});

  EXPECT_EQ(get("7")->document.media_type, "application/vnd.oci.image.index.v1+json");
  EXPECT_EQ(get("7")->document.media_type, kOciManifest);
}

TEST_F(UpstreamTest, TakesNoLoginPageForAManifest) {
  endpoint({manifest("<html>please log in</html>", "text/html"), manifest("[]"), manifest("")});

  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("7").error().code, Errc::upstream_down);
}

TEST_F(UpstreamTest, TakesAnEncodedManifestOnlyWhenADigestVouchesForIt) {
  auto encoded = manifest(kManifestText);
  encoded.headers.emplace_back("Content-Encoding", "gzip");
  endpoint({encoded});

  EXPECT_EQ(get("7").error().code, Errc::upstream_down);
  EXPECT_TRUE(get(digest_.str()).ok());
}

TEST_F(UpstreamTest, RefusesAManifestThatIsTooLarge) {
  auto endless = manifest(std::string(kManifestBytesMax + 1, ' '));
  endless.tells_length = false;
  endpoint({endless});

  const auto fetched = get("7");

  EXPECT_EQ(fetched.error().code, Errc::upstream_down);
  EXPECT_NE(fetched.error().context.find("larger than"), std::string::npos);
}

struct AnsweredCase {
  int status;
  Errc code;
};

class ManifestStatuses : public UpstreamTest, public ::testing::WithParamInterface<AnsweredCase> {};

TEST_P(ManifestStatuses, BecomeErrorsThatNameThem) {
  endpoint({{.status = GetParam().status, .body = "an error page"}});
  const auto told = "reg0.example manifest team/app 7: HTTP " + std::to_string(GetParam().status);

  EXPECT_EQ(head("7").error().code, GetParam().code);
  clock_.advance(kPauseMin + kTrialWait);  // it would not be asked at once after a 429
  const auto fetched = get("7");

  EXPECT_EQ(fetched.error().code, GetParam().code);
  EXPECT_EQ(fetched.error().context, told);
}

INSTANTIATE_TEST_SUITE_P(Table, ManifestStatuses,
                         ::testing::Values(AnsweredCase{404, Errc::not_found},
                                           AnsweredCase{401, Errc::denied},
                                           AnsweredCase{403, Errc::denied},
                                           AnsweredCase{429, Errc::upstream_down},
                                           AnsweredCase{500, Errc::upstream_down},
                                           AnsweredCase{206, Errc::upstream_down}));

TEST_F(UpstreamTest, AsksTheNextEndpointAfterAFailure) {
  endpoint({{.status = 503}});
  endpoint({{.status = 404}});
  endpoint({manifest(kManifestText)});
  endpoint({manifest(kManifestText)});

  EXPECT_TRUE(get("7").ok());

  EXPECT_EQ(clients_[2]->count(), 1U);
  EXPECT_EQ(clients_[3]->count(), 0U);
}

struct Disagreement {
  std::vector<FakeAnswer> endpoints;
  Errc code;
};

class Disagreements : public UpstreamTest, public ::testing::WithParamInterface<Disagreement> {};

TEST_P(Disagreements, EndInTheMostTellingError) {
  for (const auto& answer : GetParam().endpoints) endpoint({answer});

  EXPECT_EQ(get("7").error().code, GetParam().code);
}

const FakeAnswer kNotFound{.status = 404};
const FakeAnswer kDenied{.status = 403};
const FakeAnswer kHttp500{.status = 500};
const FakeAnswer kTimeout{.error = Error{Errc::timeout, "x"}};
INSTANTIATE_TEST_SUITE_P(Table, Disagreements,
                         ::testing::Values(Disagreement{{kNotFound, kNotFound}, Errc::not_found},
                                           Disagreement{{kNotFound, kHttp500}, Errc::upstream_down},
                                           Disagreement{{kHttp500, kNotFound}, Errc::upstream_down},
                                           Disagreement{{kTimeout, kNotFound}, Errc::timeout},
                                           Disagreement{{kNotFound, kDenied}, Errc::denied},
                                           Disagreement{{kDenied, kNotFound}, Errc::denied},
                                           Disagreement{{kDenied, kHttp500}, Errc::upstream_down},
                                           Disagreement{{kTimeout, kHttp500}, Errc::timeout}));

TEST_F(UpstreamTest, LeavesTimeForEveryEndpoint) {
  endpoint({kTimeout});
  endpoint({manifest(kManifestText)});
  const auto begin = std::chrono::steady_clock::now();

  ASSERT_TRUE(get("7").ok());

  const auto first = *clients_[0]->requests().front().deadline;
  const auto second = *clients_[1]->requests().front().deadline;
  EXPECT_LT(first, begin + std::chrono::seconds(40));
  EXPECT_GT(second, begin + std::chrono::seconds(50));
}

TEST_F(UpstreamTest, SharesTheTimeToTheFirstByteOfABlob) {
  for (int i = 0; i < 2; ++i) endpoint({{.status = 404}});
  const auto digest = testing::digest_of_text("0123456789");
  class : public cache::SourceSink {
    bool begin(std::uint64_t, std::optional<std::uint64_t>) override { return true; }
    bool write(std::span<const std::byte>) override { return true; }
  } sink;

  for (const auto& source :
       upstream().blob_sources("team/app", {.first_byte = std::chrono::seconds(5)})) {
    (void)source->fetch(digest, {0, cache::kToTheEnd}, sink, {});
  }

  for (const auto& client : clients_) {
    EXPECT_EQ(client->requests().back().first_byte, std::chrono::milliseconds(2500));
  }
}

TEST_F(UpstreamTest, HasOneBlobSourcePerEndpointThatOutlivesIt) {
  endpoint({{.body = "x"}});
  endpoint({{.body = "x"}});

  const auto sources = upstream().blob_sources("team/app");
  upstream_.reset();

  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0]->name(), "reg0.example");
  EXPECT_EQ(sources[1]->name(), "reg1.example");
}

}  // namespace
}  // namespace larder::upstream
