#include "daemon/upstream/hop.h"

#include <utility>

namespace larder::upstream {

namespace {

// Reading a small body away keeps the connection; a larger one costs more than a new connection.
constexpr std::uint64_t kHeldBodyBytesMax = 16 * 1024;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// A field that does not parse does not hide the others.
std::vector<auth::Challenge> challenges_in(const http::Headers& headers) {
  std::vector<auth::Challenge> challenges;
  for (const auto value : headers.find_all("WWW-Authenticate")) {
    auto parsed = auth::parse_challenges(value);
    if (!parsed) continue;
    challenges.insert(challenges.end(), parsed->begin(), parsed->end());
  }
  return challenges;
}

}  // namespace

bool HopSink::head(const http::ResponseHead& head) {
  status_ = head.status;
  const bool is_held_back = is_held(head);
  if (permit_ != nullptr) permit_->head(head, /*is_last_word=*/challenges_.empty());
  if (!is_held_back) return last_.head(head);
  held_ = head;
  return head.content_length.value_or(0) <= kHeldBodyBytesMax;
}

bool HopSink::body(std::span<const std::byte> bytes) {
  body_bytes_ += bytes.size();
  return held_ ? body_bytes_ <= kHeldBodyBytesMax : last_.body(bytes);
}

bool HopSink::is_held(const http::ResponseHead& head) {
  if (is_redirect(head.status)) return true;
  if (head.status != 401 || !answer_challenges_) return false;
  challenges_ = challenges_in(head.headers);
  return !challenges_.empty();
}

}  // namespace larder::upstream
