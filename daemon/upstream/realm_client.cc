#include "daemon/upstream/realm_client.h"

#include <optional>
#include <span>
#include <utility>

#include "daemon/upstream/health_refusal.h"
#include "daemon/upstream/verdict.h"

namespace larder::upstream {

namespace {

// Lets everything pass and remembers the head.
class HeadSeen final : public http::ResponseSink {
 public:
  explicit HeadSeen(http::ResponseSink& sink) : sink_(sink) {}

  bool head(const http::ResponseHead& head) override {
    head_ = head;
    return sink_.head(head);
  }
  bool body(std::span<const std::byte> bytes) override { return sink_.body(bytes); }

  const std::optional<http::ResponseHead>& seen() const { return head_; }

 private:
  http::ResponseSink& sink_;
  std::optional<http::ResponseHead> head_;
};

}  // namespace

Status RealmClient::send(const http::ClientRequest& request, http::ResponseSink& sink,
                         std::stop_token stop) {
  if (auto refused = health_.token_refusal()) return *std::move(refused);
  HeadSeen seen(sink);
  auto sent = client_.send(request, seen, std::move(stop));
  if (!seen.seen()) return sent;
  auto verdict = judge_head(*seen.seen(), clock_.wall());
  if (verdict.sign != Sign::wants_pause) return sent;
  verdict.why = "token realm " + request.url.authority() + ": " + verdict.why;
  if (asker_ == Asker::larder) health_.tokens_paused(verdict);
  return Error{Errc::upstream_down, verdict.why, kBreakerCause};
}

}  // namespace larder::upstream
