#include "daemon/upstream/health_book.h"

#include <span>

#include "cache/hasher.h"

namespace larder::upstream {

namespace {

std::string place_of(const std::string& key) {
  constexpr std::size_t kHexDigits = 3;
  static_assert(HealthBook::kPlacesMax == 1u << (4 * kHexDigits));
  const auto bytes = std::as_bytes(std::span<const char>(key));
  return "health/" +
         cache::digest_of(cache::DigestAlgorithm::sha256, bytes).hex().substr(0, kHexDigits);
}

// No URL has a space in it.
std::string key_of(const std::string& url, const std::string& way) {
  return way.empty() ? url : url + " " + way;
}

}  // namespace

std::shared_ptr<EndpointHealth> HealthBook::of(const http::Url& endpoint, const std::string& way) {
  auto url = endpoint.without_query();
  while (url.ends_with('/')) url.pop_back();
  const std::string key = key_of(url, way);
  if (auto known = find(key)) return known;
  auto loaded = load(url, key);
  MutexLock lock(mutex_);
  auto& slot = known_[key];
  // Of two threads that loaded the same, both get the first one's.
  if (slot.health == nullptr) slot.health = std::move(loaded);
  slot.asked = ++asked_;
  auto health = slot.health;
  forget_idle();
  return health;
}

std::shared_ptr<EndpointHealth> HealthBook::find(const std::string& key) {
  MutexLock lock(mutex_);
  const auto found = known_.find(key);
  if (found == known_.end()) return nullptr;
  found->second.asked = ++asked_;
  return found->second.health;
}

std::shared_ptr<EndpointHealth> HealthBook::load(const std::string& url, const std::string& key) {
  auto health = std::make_shared<EndpointHealth>(url, clock_, observer_, jitter_, connect_);
  const auto text = store_.load(place_of(key));
  if (!text) {
    observer_.health_forgotten(url, text.error());
  } else if (text->has_value()) {
    const Status restored = health->restore(**text);
    const bool is_anothers = !restored && restored.error().code == Errc::not_found;
    if (!restored && !is_anothers) observer_.health_forgotten(url, restored.error());
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

std::vector<std::pair<std::string, std::shared_ptr<EndpointHealth>>> HealthBook::all() const {
  MutexLock lock(mutex_);
  std::vector<std::pair<std::string, std::shared_ptr<EndpointHealth>>> all;
  for (const auto& [key, known] : known_) all.emplace_back(key, known.health);
  return all;
}

std::vector<HealthReport> HealthBook::reports() const {
  std::vector<HealthReport> reports;
  for (const auto& [key, health] : all()) reports.push_back(health->report());
  return reports;
}

Status HealthBook::save(bool at_close) {
  Status outcome;
  for (const auto& [key, health] : all()) {
    const auto text = health->take_unsaved(at_close);
    if (!text) continue;
    const Status saved = store_.save(place_of(key), *text);
    if (saved) continue;
    health->not_saved();
    if (outcome) outcome = saved;
  }
  return outcome;
}

}  // namespace larder::upstream
