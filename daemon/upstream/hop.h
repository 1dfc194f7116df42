// One request of a chain: it holds back a response that is not the last word, counts, and shows the
// endpoint's own heads to its health.
//
// Thread-safety: one thread at a time. Blocks: as the sink behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "daemon/auth/challenge.h"
#include "daemon/http/client.h"
#include "daemon/upstream/endpoint_health.h"

namespace larder::upstream {

class HopSink final : public http::ResponseSink {
 public:
  // `answer_challenges`: a 401 with a challenge is held back, otherwise it goes to `last`.
  // `permit`: null for a request that is not the endpoint's own.
  HopSink(http::ResponseSink& last, bool answer_challenges, EndpointHealth::Permit* permit)
      : last_(last), answer_challenges_(answer_challenges), permit_(permit) {}

  bool head(const http::ResponseHead& head) override;
  bool body(std::span<const std::byte> bytes) override;

  // The response that was held back: a redirect, or a 401 with challenges().
  const std::optional<http::ResponseHead>& held() const { return held_; }
  const std::vector<auth::Challenge>& challenges() const { return challenges_; }
  // Why a 401 that would have been answered has no challenge that can be.
  const std::optional<Error>& bad_challenge() const { return bad_challenge_; }

  int status() const { return status_; }
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  bool is_held(const http::ResponseHead& head);
  void read_challenges(const http::Headers& headers);

  http::ResponseSink& last_;
  const bool answer_challenges_;
  EndpointHealth::Permit* const permit_;  // not owned
  std::optional<http::ResponseHead> held_;
  std::vector<auth::Challenge> challenges_;
  std::optional<Error> bad_challenge_;
  int status_ = 0;
  std::uint64_t body_bytes_ = 0;
};

}  // namespace larder::upstream
