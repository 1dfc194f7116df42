#include "daemon/auth/tokens/issuer_keys.h"

#include <utility>

namespace larder::tokens {

namespace {

Error unavailable(const Error& error) {
  const bool is_timeout = error.code == Errc::timeout;
  return {is_timeout ? Errc::timeout : Errc::upstream_down, "keys: " + error.context, "keys"};
}

}  // namespace

IssuerKeys::IssuerKeys(IssuerKeysRules rules, JwksSource& source, Clock& clock)
    : rules_(rules), source_(source), clock_(clock) {}

Result<std::shared_ptr<const JwkSet>> IssuerKeys::find(std::string_view kid) {
  const MonoTime give_up = clock_.now() + rules_.fetch_limit;
  bool fetches = false;
  {
    MutexLock lock(mutex_);
    const bool knows = set_ != nullptr && set_->knows(kid);
    fetches = !fetching_ && is_due(knows);
    if (fetches) {
      fetching_ = true;
    } else if (knows) {
      return set_;
    } else if (!wait_for_fetch(give_up)) {
      return Error{Errc::timeout, "keys: too many wait for them", "keys"};
    }
  }
  if (fetches) fetch();
  MutexLock lock(mutex_);
  if (set_ != nullptr && set_->knows(kid)) return set_;
  if (set_ != nullptr) return Error{Errc::denied, "token: signed with an unknown key"};
  if (!last_.ok()) return unavailable(last_.error());
  return Error{Errc::timeout, "keys: not had in time", "keys"};
}

bool IssuerKeys::wait_for_fetch(MonoTime give_up) {
  if (!fetching_) return true;
  if (waiting_ >= rules_.waiting_max) return false;
  ++waiting_;
  while (fetching_ && fetched_.wait_until(mutex_, give_up)) {
  }
  --waiting_;
  return true;
}

Status IssuerKeys::last_fetch() const {
  MutexLock lock(mutex_);
  return last_;
}

bool IssuerKeys::is_due(bool knows) const {
  const auto now = clock_.now();
  if (ever_tried_ && now < tried_ + rules_.refresh_interval) return false;
  return !knows || now >= had_ + rules_.refresh_after;
}

void IssuerKeys::fetch() {
  auto document = source_.fetch(clock_.now() + rules_.fetch_limit);
  auto set = document ? JwkSet::parse(*document) : Result<JwkSet>(document.error());
  MutexLock lock(mutex_);
  fetching_ = false;
  ever_tried_ = true;
  tried_ = clock_.now();
  last_ = set ? Status() : Status(set.error());
  if (set) {
    had_ = tried_;
    set_ = std::make_shared<const JwkSet>(std::move(*set));
  }
  fetched_.notify_all();
}

}  // namespace larder::tokens
