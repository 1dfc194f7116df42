#include "daemon/access/tenants.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"

namespace larder::access {

namespace {

constexpr std::size_t kSecretBytesMax = 16 * 1024;
constexpr std::size_t kIdBytes = 16;

}  // namespace

// The length keeps "ab" + "c" from being "a" + "bc".
std::string Tenants::id_of(const tokens::PasswordQuestion& question) const {
  const std::string& name = question.username;
  const auto sum =
      auth::hmac_sha256(key_, std::to_string(name.size()) + ":" + name + question.password);
  return "tenant-" + auth::hex(auth::bytes_of(sum).substr(0, kIdBytes));
}

Result<tokens::Subject> Tenants::check(const tokens::PasswordQuestion& question) {
  if (question.password.empty() ||
      question.username.size() + question.password.size() > kSecretBytesMax) {
    return Error{Errc::denied, "the password is empty or larger than 16 KiB"};
  }
  const std::string id = id_of(question);
  auth::Credential credential{question.username, question.password};
  // An identity token, as docker and containerd hand it over.
  if (question.username.empty()) credential = {.identity_token = question.password};
  MutexLock lock(mutex_);
  if (seen_.size() >= kTenantsMax && seen_.count(id) == 0) make_room();
  auto& seen = seen_[id];
  if (seen.tenant == nullptr) {
    seen.tenant = std::make_shared<auth::Tenant>(auth::Tenant{id, std::move(credential)});
  }
  seen.used = clock_.now();
  return tokens::Subject{.kind = tokens::Subject::Kind::tenant, .name = id};
}

std::shared_ptr<const auth::Tenant> Tenants::find(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = seen_.find(id);
  if (found == seen_.end()) return nullptr;
  const MonoTime now = clock_.now();
  if (now - found->second.used >= idle_) {
    seen_.erase(found);
    return nullptr;
  }
  found->second.used = now;
  return found->second.tenant;
}

void Tenants::maintain() {
  MutexLock lock(mutex_);
  forget_idle();
}

void Tenants::forget_idle() {
  const MonoTime now = clock_.now();
  std::erase_if(seen_, [&](const auto& one) { return now - one.second.used >= idle_; });
}

void Tenants::note_proven(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = seen_.find(id);
  if (found != seen_.end()) found->second.is_proven = true;
}

bool Tenants::is_proven(const std::string& id) const {
  MutexLock lock(mutex_);
  const auto found = seen_.find(id);
  return found != seen_.end() && found->second.is_proven;
}

// The idle ones go; when nobody is idle, one that was never proven, who was used longest ago.
void Tenants::make_room() {
  forget_idle();
  if (seen_.size() < kTenantsMax) return;
  seen_.erase(std::min_element(seen_.begin(), seen_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.is_proven, a.second.used) <
           std::pair(b.second.is_proven, b.second.used);
  }));
}

}  // namespace larder::access
