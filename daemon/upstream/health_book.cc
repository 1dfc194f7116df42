#include "daemon/upstream/health_book.h"

#include <algorithm>
#include <span>

#include "cache/hasher.h"

namespace larder::upstream {

namespace {

// A URL can be longer than a name may be.
std::string name_of(const std::string& url) {
  const auto bytes = std::as_bytes(std::span<const char>(url));
  return "health/" + cache::digest_of(cache::DigestAlgorithm::sha256, bytes).str();
}

}  // namespace

std::shared_ptr<EndpointHealth> HealthBook::of(const http::Url& endpoint) {
  auto url = endpoint.without_query();
  while (url.ends_with('/')) url.pop_back();
  if (auto known = find(url)) return known;
  auto loaded = load(url);
  MutexLock lock(mutex_);
  auto& slot = known_[url];
  // Of two threads that loaded the same, both get the first one's.
  if (slot.health == nullptr) slot.health = std::move(loaded);
  slot.asked = ++asked_;
  auto health = slot.health;
  forget_idle();
  return health;
}

std::shared_ptr<EndpointHealth> HealthBook::find(const std::string& url) {
  MutexLock lock(mutex_);
  const auto found = known_.find(url);
  if (found == known_.end()) return nullptr;
  found->second.asked = ++asked_;
  return found->second.health;
}

std::shared_ptr<EndpointHealth> HealthBook::load(const std::string& url) {
  auto health = std::make_shared<EndpointHealth>(url, clock_, observer_, jitter_, connect_);
  const auto text = store_.load(name_of(url));
  if (!text) {
    observer_.health_forgotten(url, text.error());
  } else if (text->has_value()) {
    const Status restored = health->restore(**text);
    if (!restored) observer_.health_forgotten(url, restored.error());
  }
  return health;
}

// The one that was asked for longest ago goes; what nobody has can be loaded again.
void HealthBook::forget_idle() {
  auto oldest = known_.end();
  std::size_t idle = 0;
  for (auto one = known_.begin(); one != known_.end(); ++one) {
    if (one->second.health.use_count() > 1) continue;
    ++idle;
    if (oldest == known_.end() || one->second.asked < oldest->second.asked) oldest = one;
  }
  if (idle > kIdleMax) known_.erase(oldest);
}

std::vector<std::shared_ptr<EndpointHealth>> HealthBook::all() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<EndpointHealth>> all;
  for (const auto& [url, known] : known_) all.push_back(known.health);
  return all;
}

std::vector<HealthReport> HealthBook::reports() const {
  std::vector<HealthReport> reports;
  for (const auto& health : all()) reports.push_back(health->report());
  return reports;
}

Status HealthBook::save(bool at_close) {
  Status outcome;
  for (const auto& health : all()) {
    const auto text = health->take_unsaved(at_close);
    if (!text) continue;
    const Status saved = store_.save(name_of(health->url()), *text);
    if (saved) continue;
    health->not_saved();
    if (outcome) outcome = saved;
  }
  return outcome;
}

}  // namespace larder::upstream
