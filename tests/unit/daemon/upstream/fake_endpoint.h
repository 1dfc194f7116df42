// Endpoints over a FakeClient, and what they tell their observer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/auth/credential_sources.h"
#include "daemon/upstream/endpoint.h"
#include "daemon/upstream/upstream_observer.h"
#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"
#include "tests/support/recording_response.h"

namespace larder::upstream {

using testing::FakeAnswer;

class RecordingObserver final : public UpstreamObserver {
 public:
  // "docker.io reg.example 200 5 ok"
  void request_ended(const std::string& upstream, const std::string& endpoint_host, int status,
                     std::uint64_t body_bytes, const Status& outcome) override {
    MutexLock lock(mutex_);
    told_.push_back(upstream + " " + endpoint_host + " " + std::to_string(status) + " " +
                    std::to_string(body_bytes) + " " +
                    (outcome.ok() ? "ok" : std::string(to_string(outcome.error().code))));
  }
  // "docker.io reg.example useless corrupt"
  void answer_useless(const std::string& upstream, const std::string& endpoint_host,
                      const Error& why) override {
    MutexLock lock(mutex_);
    told_.push_back(upstream + " " + endpoint_host + " useless " +
                    std::string(to_string(why.code)));
  }
  void asked_for_credential(const std::string&, const std::string&, const Status&,
                            Duration) override {}
  std::vector<std::string> told() const {
    MutexLock lock(mutex_);
    return told_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> told_ GUARDED_BY(mutex_);
};

class FixedCredentials final : public auth::CredentialSource {
 public:
  explicit FixedCredentials(std::vector<auth::Credential> credentials)
      : credentials_(std::move(credentials)) {}
  Result<std::vector<auth::Credential>> credentials(const auth::CredentialQuestion&) override {
    return credentials_;
  }

 private:
  const std::vector<auth::Credential> credentials_;
};

// One endpoint, answering from a list: "https://reg.example" unless told otherwise.
class FakeEndpointTest : public ::testing::Test {
 protected:
  void answer(std::vector<FakeAnswer> answers, const std::string& url = "https://reg.example") {
    client_.emplace(std::move(answers));
    start(url);
  }
  void start(const std::string& url) {
    const auto parsed = http::Url::parse(url).value();
    endpoint_ = std::make_shared<Endpoint>(
        EndpointParts{"docker.io", parsed, http::Reach::anywhere, *client_,
                      std::make_unique<FixedCredentials>(credentials_), clock_, observer_,
                      health_.book.of(parsed)});
  }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  std::vector<auth::Credential> credentials_{{"user", "password"}};
  std::optional<testing::FakeClient> client_;
  std::shared_ptr<Endpoint> endpoint_;
};

inline FakeAnswer redirect(std::string location, int status = 307) {
  return {.status = status, .headers = {{"Location", std::move(location)}}};
}

inline FakeAnswer challenge(std::string value) {
  return {.status = 401, .headers = {{"WWW-Authenticate", std::move(value)}}, .body = "{}"};
}

inline FakeAnswer bearer_challenge() {
  return challenge(R"(Bearer realm="https://auth.reg.example/token",service="reg")");
}

inline FakeAnswer token(const std::string& value) {
  return {.body = R"({"token":")" + value + R"("})"};
}

}  // namespace larder::upstream
