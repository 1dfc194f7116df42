#include "daemon/registry/registry.h"

#include "daemon/registry/blobs.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using testing::sha256_of;

class RegistryTest : public testing::RegistryFixture {
 protected:
  http::Response ask(const std::string& method, const std::string& target,
                     const std::string& header = "", const std::string& value = "") {
    http::Request request{method, target, {}, "127.0.0.1:1", "node"};
    if (!header.empty()) request.headers.add(header, value);
    return registry_.handle(request);
  }

  std::string bytes_of_body(const http::Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
    auto& body = *std::get<std::unique_ptr<http::Body>>(response.body);
    std::string all;
    while (all.size() < body.size_bytes()) {
      const auto piece = body.read(all.size(), body.size_bytes() - all.size());
      if (!piece.ok()) return describe(piece.error());
      all += *testing::bytes_of(*piece);
    }
    return all;
  }

  NamedDocuments documents_{{}, upstream::FreshnessRules({}), *store_, clock_, *executor_, *this};
  Manifests manifests_{{}, documents_, *store_, clock_};
  Blobs blobs_{{}, *store_, clock_};
  Lists lists_{{}, documents_, *store_, clock_};
  Registry registry_{"docker.io",
                     upstreams_,
                     manifests_,
                     blobs_,
                     lists_,
                     *this,
                     {.hosts = {{"node", {"*.test"}}}, .upstreams = {{"narrow", {"*.other"}}}}};
  const std::string blob_ = testing::pattern_bytes(100'000);
  const std::string blob_path_ = "/v2/app/blobs/" + sha256_of(blob_).str() + "?ns=reg.test";
};

TEST_F(RegistryTest, AnswersAMissAndThenAHit) {
  upstream_answer_.body = blob_;

  const auto first = ask("GET", blob_path_);
  EXPECT_EQ(bytes_of_body(first), blob_);
  executor_->wait();
  const auto second = ask("GET", blob_path_);

  EXPECT_EQ(first.headers.find("Cache-Status"), "larder; fwd=miss; stored; detail=fetched");
  EXPECT_EQ(second.headers.find("Cache-Status"), "larder; hit");
  EXPECT_EQ(second.headers.find("Docker-Content-Digest"), sha256_of(blob_).str());
  EXPECT_EQ(second.headers.find("OCI-Namespace"), "reg.test");
  EXPECT_EQ(bytes_of_body(second), blob_);
}

TEST_F(RegistryTest, AnswersARangeWithItsPlace) {
  upstream_answer_.body = blob_;

  const auto response = ask("GET", blob_path_, "Range", "bytes=10-19");

  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.headers.find("Content-Range"), "bytes 10-19/100000");
  EXPECT_EQ(bytes_of_body(response), blob_.substr(10, 10));
}

TEST_F(RegistryTest, AConditionThatHoldsIsNotModified) {
  upstream_answer_.body = blob_;

  const auto response =
      ask("GET", blob_path_, "If-None-Match", "\"" + sha256_of(blob_).str() + "\"");

  EXPECT_EQ(response.status, 304);
}

TEST_F(RegistryTest, AsksTheUpstreamThatItWasAskedAs) {
  upstream_answer_.body = blob_;

  const auto response =
      ask("GET", "/v2/app/blobs/" + sha256_of(blob_).str(), "Host", "reg.test:5443");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(client_.requests().front().url.host, "reg.test");
  EXPECT_FALSE(response.headers.find("OCI-Namespace").has_value());
}

TEST_F(RegistryTest, RefusesAHostItIsAskedAsThatNoUpstreamMatches) {
  const auto response = ask("GET", "/v2/app/manifests/1", "Host", "evil.test");

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(client_.count(), 0u);
}

struct Refusal {
  std::string method;
  std::string target;
  int status;
  std::string code;
};

class RegistryRefuses : public RegistryTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RegistryRefuses, WithTheStatusAndCodeOfTheSpec) {
  const auto response = ask(GetParam().method, GetParam().target);

  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_NE(bytes_of_body(response).find("\"" + GetParam().code + "\""), std::string::npos)
      << bytes_of_body(response);
  EXPECT_EQ(client_.count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RegistryRefuses,
    ::testing::Values(Refusal{"GET", "/", 404, "NAME_UNKNOWN"},
                      Refusal{"GET", "/v2/UPPER/manifests/1", 400, "NAME_INVALID"},
                      Refusal{"GET", "/v2/a/manifests/.x?ns=reg.test", 404, "MANIFEST_UNKNOWN"},
                      Refusal{"GET", "/v2/a/manifests/sha256:x?ns=reg.test", 400, "DIGEST_INVALID"},
                      Refusal{"GET", "/v2/a/blobs/sha256:x?ns=reg.test", 400, "DIGEST_INVALID"},
                      Refusal{"GET", "/v2/a/blobs/nodigest?ns=reg.test", 400, "DIGEST_INVALID"},
                      Refusal{"GET", "/v2/a/manifests/1?ns=evil.test", 404, "NAME_UNKNOWN"},
                      Refusal{"GET", "/v2/a/manifests/1?ns=%0a", 400, "NAME_INVALID"},
                      Refusal{"PUT", "/v2/a/manifests/1", 405, "UNSUPPORTED"},
                      Refusal{"DELETE", "/v2/a/manifests/1", 405, "UNSUPPORTED"},
                      Refusal{"POST", "/v2/a/blobs/uploads/", 405, "UNSUPPORTED"}));

TEST_F(RegistryTest, TellsItsObserverWhatKindOfRequestEnded) {
  registry_.finished({"GET", "/v2/a/tags/list", {}, "", ""}, {});

  EXPECT_EQ(finished_kind_, RouteKind::tags);
}

}  // namespace
}  // namespace larder::registry
