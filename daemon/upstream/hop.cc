#include "daemon/upstream/hop.h"

#include <utility>

namespace larder::upstream {

namespace {

// Reading a small body away keeps the connection; a larger one costs more than a new connection.
constexpr std::uint64_t kHeldBodyBytesMax = 16 * 1024;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
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
  read_challenges(head.headers);
  return !challenges_.empty();
}

// A field that does not parse does not hide the others.
void HopSink::read_challenges(const http::Headers& headers) {
  for (const auto value : headers.find_all("WWW-Authenticate")) {
    auto parsed = auth::parse_challenges(value);
    if (!parsed) {
      bad_challenge_ = parsed.error();
      continue;
    }
    challenges_.insert(challenges_.end(), parsed->begin(), parsed->end());
  }
  if (!challenges_.empty()) bad_challenge_.reset();
}

}  // namespace larder::upstream
