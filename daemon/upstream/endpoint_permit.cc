// From what comes of an exchange to what it says about the endpoint.
#include <utility>

#include "daemon/upstream/endpoint_health.h"

namespace larder::upstream {

namespace {

bool is_failure(Sign sign) {
  return sign == Sign::unreachable || sign == Sign::server_error || sign == Sign::broken;
}

}  // namespace

void EndpointHealth::doubt() {
  MutexLock lock(mutex_);
  is_doubted_ = true;
}

EndpointHealth::Permit::Permit(Permit&& other) noexcept
    : health_(std::exchange(other.health_, nullptr)),
      turn_(other.turn_),
      asker_(other.asker_),
      began_at_(other.began_at_),
      chance_(other.chance_),
      head_(std::move(other.head_)) {}

EndpointHealth::Permit::~Permit() {
  end({});
}

void EndpointHealth::Permit::begins(std::optional<MonoTime> deadline) {
  if (health_ == nullptr) return;
  began_at_ = health_->clock_.now();
  health_->begun();
  chance_.allowed = deadline ? std::optional(*deadline - began_at_) : std::nullopt;
  head_.reset();
}

void EndpointHealth::Permit::head(const http::ResponseHead& head, bool is_last_word) {
  if (health_ == nullptr) return;
  head_ = head;
  chance_.was_heard = true;
  health_->measured(head, health_->clock_.now() - began_at_, asker_);
  if (!is_last_word) return;
  if (judge_head(head, health_->clock_.wall()).sign == Sign::answered) health_->answered(turn_);
}

void EndpointHealth::Permit::ended(std::uint64_t body_bytes, const Status& outcome) {
  if (health_ == nullptr) return;
  end(judge({std::move(head_), body_bytes, chance_, outcome}, health_->clock_.wall()));
}

void EndpointHealth::Permit::token_failed(const Error& error) {
  end(judge_token(error, chance_));
}

void EndpointHealth::Permit::end(const Verdict& verdict) {
  EndpointHealth* const health = std::exchange(health_, nullptr);
  if (health == nullptr) return;
  const bool counts = asker_ == Asker::larder || verdict.sign == Sign::answered;
  health->ended(turn_, counts ? verdict : Verdict{});
  if (!counts && is_failure(verdict.sign)) health->doubt();
}

}  // namespace larder::upstream
