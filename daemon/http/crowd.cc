#include "daemon/http/crowd.h"

#include <algorithm>
#include <utility>

namespace larder::http {

namespace {

bool has_room(std::size_t count, std::size_t max) {
  return max == 0 || count < max;
}

// One more of a source: never more than it leaves to others, or a few sources that want all would
// get it.
bool has_share(std::size_t own, std::size_t own_max, std::size_t all, std::size_t all_max) {
  if (own_max == 0) return true;
  return own < own_max && (all_max == 0 || own + all < all_max);
}

IpAddress source_of(const IpAddress& address) {
  return address.is_v4() ? address : IpAddress{address.high, 0};
}

}  // namespace

Crowd::Crowd(const ShareLimits& of_all, const ShareLimits& of_source)
    : of_all_(of_all), of_source_(of_source), send_queue_(of_all.bytes_per_second) {}

std::unique_ptr<Crowd::Visit> Crowd::enter() {
  if (!has_room(connections_.fetch_add(1), of_all_.connections)) {
    --connections_;
    return nullptr;
  }
  return std::make_unique<Visit>(*this);
}

std::size_t Crowd::sources() {
  MutexLock lock(mutex_);
  return sources_.size();
}

void Crowd::leave(Sources::value_type& source, MonoTime now) {
  auto& [address, share] = source;
  if (--share.connections == 0 && !std::exchange(share.waits_to_be_forgotten, true)) {
    leavers_.push_back(address);
  }
  forget_some(now);
}

// Who has sent ahead would otherwise begin anew with each connection.
void Crowd::forget_some(MonoTime now) {
  while (!leavers_.empty()) {
    const auto source = sources_.find(leavers_.front());
    const bool is_back = source->second.connections > 0;
    const bool is_due =
        send_queue_.is_even(source->second.sending, now) || leavers_.size() > kRememberedMax;
    if (!is_back && !is_due) return;
    source->second.waits_to_be_forgotten = false;
    if (!is_back) sources_.erase(source);
    leavers_.pop_front();
  }
}

Crowd::Visit::Visit(Crowd& crowd)
    : crowd_(crowd),
      piece_bytes_(std::min(ByteRate(crowd.of_all_.bytes_per_second).piece_bytes(),
                            ByteRate(crowd.of_source_.bytes_per_second).piece_bytes())),
      sender_{&crowd.unnamed_} {}

Crowd::Visit::~Visit() {
  end_request();
  --crowd_.connections_;
  MutexLock lock(crowd_.mutex_);
  crowd_.send_queue_.give_up(sender_);
  if (source_ != nullptr) crowd_.leave(*source_, std::chrono::steady_clock::now());
}

bool Crowd::Visit::come_from(const IpAddress& address) {
  address_ = source_of(address);
  const auto& limits = crowd_.of_source_;
  if (limits == ShareLimits{} && crowd_.of_all_.bytes_per_second == 0) return true;
  MutexLock lock(crowd_.mutex_);
  const Source unknown{.sending = {ByteRate(limits.bytes_per_second)}};
  const auto place = crowd_.sources_.try_emplace(address_, unknown).first;
  const auto others = crowd_.connections_ - 1;
  const auto own = place->second.connections;
  if (!has_share(own, limits.connections, others, crowd_.of_all_.connections)) return false;
  ++place->second.connections;
  source_ = &*place;
  sender_.source = &place->second.sending;
  return true;
}

std::optional<Refusal> Crowd::Visit::begin_request() {
  MutexLock lock(crowd_.mutex_);
  if (!has_room(crowd_.requests_, crowd_.of_all_.requests)) return Refusal::overloaded;
  if (source_ != nullptr) {
    auto& requests = source_->second.requests;
    if (!has_share(requests, crowd_.of_source_.requests, crowd_.requests_,
                   crowd_.of_all_.requests)) {
      return Refusal::source_overloaded;
    }
    ++requests;
  }
  ++crowd_.requests_;
  in_request_ = true;
  return std::nullopt;
}

void Crowd::Visit::end_request() {
  if (!std::exchange(in_request_, false)) return;
  MutexLock lock(crowd_.mutex_);
  crowd_.send_queue_.give_up(sender_);
  --crowd_.requests_;
  if (source_ != nullptr) --source_->second.requests;
}

bool Crowd::Visit::is_paced() const {
  return crowd_.of_all_.bytes_per_second > 0 ||
         (source_ != nullptr && crowd_.of_source_.bytes_per_second > 0);
}

MonoTime Crowd::Visit::ask_to_send(std::uint64_t bytes, MonoTime now) {
  MutexLock lock(crowd_.mutex_);
  return crowd_.send_queue_.ask(sender_, bytes, now);
}

}  // namespace larder::http
