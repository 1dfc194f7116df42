// A token endpoint with one user, an issuer whose tokens it takes, and a policy.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/auth/tokens/password_file.h"
#include "daemon/auth/tokens/strict_json.h"
#include "daemon/auth/tokens/token_service.h"
#include "tests/support/fake_clock.h"
#include "tests/support/jwt_forge.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {

inline constexpr const char* kAliceBasic = "Basic YWxpY2U6VSpV";  // alice:U*U
inline constexpr const char* kAliceLine =
    "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
inline constexpr const char* kOtherLine =
    "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK\n";

// Allows everybody to pull, and alice to push.
class PullDecider final : public AccessDecider {
 public:
  bool may(const AccessQuestion& question) const override {
    if (question.name == "secret/app") return false;
    return question.action == "pull" ||
           (question.action == "push" && question.subject.name == "alice");
  }
};

class RecordingTokens final : public TokenObserver {
 public:
  void token_asked(const TokenEvent& event) override {
    lines.push_back(std::string(event.outcome) + " " + std::string(event.subject_kind) + " " +
                    std::string(event.subject) + ": " + std::string(event.cause));
  }
  std::vector<std::string> lines;
};

class StaticJwks final : public JwksSource {
 public:
  explicit StaticJwks(Result<std::string> document) : document_(std::move(document)) {}
  Result<std::string> fetch(MonoTime) override { return document_; }

 private:
  const Result<std::string> document_;
};

inline nlohmann::json body_of(const http::Response& response) {
  return nlohmann::json::parse(std::get<std::string>(response.body));
}

class TokenServiceFixture : public ::testing::Test {
 protected:
  TokenServiceFixture() { write_users(kAliceLine); }

  static TokenRules rules() {
    TokenRules rules;
    rules.issuer = "larder";
    rules.service = "node-mirror";
    return rules;
  }
  static OidcRules oidc() {
    OidcRules rules;
    rules.name = "cluster";
    rules.issuer = "https://oidc.example";
    rules.audiences = {"node-mirror"};
    return rules;
  }
  void write_users(const std::string& lines) {
    const auto next = directory_.path() / "next";
    std::ofstream(next) << lines;
    std::filesystem::rename(next, directory_.path() / "htpasswd");
  }
  TokenService& service() {
    if (service_ == nullptr) {
      passwords_ = std::move(*PasswordFile::open({directory_.path() / "htpasswd"}, clock_));
      options_.passwords = passwords_.get();
      options_.issuers = &issuers_;
      service_ = std::make_unique<TokenService>(options_, issuer_, verifier_, decider_, observer_);
    }
    return *service_;
  }
  http::Response get(const std::string& query, const std::string& authorization = {}) {
    http::Request request{"GET", "/token?" + query, {}, "10.0.0.1:1000", "node"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    return service().handle(request);
  }
  // Over TLS with a client certificate, for a hundred seconds more or until `expires`.
  http::Response get_with_certificate(const std::string& query,
                                      const std::string& authorization = {},
                                      std::optional<WallTime> expires = {}) {
    http::Request request{"GET", "/token?" + query, {}, "10.0.0.1:1000", "node"};
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    const auto end = expires.value_or(clock_.wall() + std::chrono::seconds(100));
    request.tls = std::make_shared<http::TlsPeer>(
        http::TlsPeer{"", http::PeerCertificate{"web.test", {"DNS:web.test"}, end}, "r1"});
    return service().handle(request);
  }
  http::Response post(const std::string& body) {
    http::Request request{"POST", "/token", {}, "10.0.0.1:1000", "node", body};
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    return service().handle(request);
  }
  OwnClaims claims_in(const http::Response& response) {
    const auto verified = verifier_.verify(body_of(response)["access_token"].get<std::string>());
    EXPECT_TRUE(verified.ok());
    return verified ? **verified : OwnClaims();
  }
  std::string workload_token(int life = 3600) const {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch().count();
    return forge_.token(R"({"iss":"https://oidc.example","aud":"node-mirror","sub":"web","exp":)" +
                        std::to_string(now + life) + "}");
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  const testing::JwtForge forge_{"ES256", "k1"};
  StaticJwks source_{forge_.jwks()};
  IssuerKeys issuer_keys_{{}, source_, clock_};
  OidcIssuer oidc_{oidc(), issuer_keys_, clock_};
  OidcIssuers issuers_{{&oidc_}};
  std::unique_ptr<SigningKeys> keys_ =
      *SigningKeys::open({directory_.path() / "keys.json"}, clock_);
  TokenIssuer issuer_{rules(), *keys_, clock_};
  TokenVerifier verifier_{rules(), *keys_, clock_};
  PullDecider decider_;
  RecordingTokens observer_;
  TokenServiceOptions options_;
  std::unique_ptr<PasswordFile> passwords_;
  std::unique_ptr<TokenService> service_;
};

}  // namespace larder::tokens
