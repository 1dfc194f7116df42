#include "daemon/auth/tokens/signing_keys.h"

#include <chrono>
#include <utility>
#include <vector>

#include "daemon/auth/tokens/key_document.h"
#include "daemon/auth/tokens/secret_file.h"

namespace larder::tokens {

namespace {

constexpr std::chrono::seconds kUnknownKeyInterval{1};

// Times are kept in whole seconds.
WallTime whole_seconds(WallTime at) {
  return std::chrono::ceil<std::chrono::seconds>(at);
}

Status apply(const RotationPlan& plan, std::vector<RingKey>& keys) {
  for (auto ended = plan.ended.rbegin(); ended != plan.ended.rend(); ++ended) {
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(*ended));
  }
  if (!plan.next_signs_from) return {};
  auto key = SigningKey::generate();
  if (!key) return key.error();
  keys.push_back({std::move(*key), {whole_seconds(*plan.next_signs_from)}});
  return {};
}

// Lets go of a flag that this thread has set.
class Holding {
 public:
  explicit Holding(std::atomic_flag& flag) : flag_(flag) {}
  ~Holding() { flag_.clear(std::memory_order_release); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  std::atomic_flag& flag_;
};

}  // namespace

SigningKeys::SigningKeys(SigningKeysOptions options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      file_(options_.file, kKeyDocumentBytesMax, clock) {}

Result<std::unique_ptr<SigningKeys>> SigningKeys::open(SigningKeysOptions options, Clock& clock) {
  std::unique_ptr<SigningKeys> keys(new SigningKeys(std::move(options), clock));
  auto loaded = keys->reload();
  const bool is_missing = !loaded.ok() && loaded.error().code == Errc::not_found;
  if (is_missing && !keys->options_.read_only) {
    loaded = keys->rotate(/*wait=*/true);
  }
  if (!loaded) return in_context("signing keys", loaded.error());
  return keys;
}

Status SigningKeys::maintain() {
  // Somebody else is at it.
  if (maintaining_.test_and_set(std::memory_order_acquire)) return {};
  const Holding holding(maintaining_);
  if (auto loaded = reload(); !loaded) return in_context("signing keys", loaded.error());
  if (options_.read_only) return {};
  if (rotation_plan(ring()->times(), options_.rotation, clock_.wall()).is_empty()) return {};
  const auto rotated = rotate(/*wait=*/false);
  if (rotated.ok() || rotated.error().code == Errc::busy) return {};
  return in_context("signing keys", rotated.error());
}

std::shared_ptr<const KeyRing> SigningKeys::ring() const {
  MutexLock lock(mutex_);
  return ring_;
}

std::shared_ptr<const KeyRing> SigningKeys::find(std::string_view kid) {
  auto ring = this->ring();
  if (ring->find(kid) != nullptr) return ring;
  {
    MutexLock lock(mutex_);
    const auto now = clock_.now();
    if (now < looked_for_unknown_ + kUnknownKeyInterval) return nullptr;
    looked_for_unknown_ = now;
  }
  if (maintaining_.test_and_set(std::memory_order_acquire)) return nullptr;
  const Holding holding(maintaining_);
  if (!reload().ok()) return nullptr;
  ring = this->ring();
  return ring->find(kid) != nullptr ? ring : nullptr;
}

Status SigningKeys::reload() {
  auto content = file_.read_if_changed();
  if (!content) return content.error();
  if (!*content) return {};
  auto keys = parse_key_document(**content);
  if (!keys) return in_context(options_.file.string(), keys.error());
  auto ring = KeyRing::create(std::move(*keys));
  if (!ring) return ring.error();
  replace(std::make_shared<const KeyRing>(std::move(*ring)));
  return {};
}

Status SigningKeys::rotate(bool wait) {
  const auto lock = lock_file(options_.file.string() + ".lock", wait);
  if (!lock) return lock.error();
  // Another node may have come first.
  if (auto loaded = reload(); !loaded && loaded.error().code != Errc::not_found) return loaded;
  return write_planned();
}

Status SigningKeys::write_planned() {
  const auto current = ring();
  auto keys = current == nullptr ? std::vector<RingKey>() : current->keys();
  const auto plan = rotation_plan(current == nullptr ? std::vector<KeyTimes>() : current->times(),
                                  options_.rotation, clock_.wall());
  if (plan.is_empty()) return {};
  if (auto applied = apply(plan, keys); !applied) return applied;
  if (auto written = write_secret_file(options_.file, key_document(keys)); !written) {
    return written;
  }
  return reload();
}

void SigningKeys::replace(std::shared_ptr<const KeyRing> ring) {
  MutexLock lock(mutex_);
  ring_ = std::move(ring);
}

}  // namespace larder::tokens
