#include "daemon/auth/policy/policy_file.h"

#include "cache/base/small_file.h"

namespace larder::policy {

PolicyFile::PolicyFile(std::filesystem::path file, const Clock& clock, PolicyObserver& observer)
    : file_(std::move(file), kPolicyBytesMax, clock), clock_(clock), observer_(observer) {}

Result<std::unique_ptr<PolicyFile>> PolicyFile::open(std::filesystem::path file, const Clock& clock,
                                                     PolicyObserver& observer) {
  std::unique_ptr<PolicyFile> opened(new PolicyFile(std::move(file), clock, observer));
  const auto text = opened->file_.read_if_changed();
  if (!text.ok()) return text.error();
  Result<Policy> policy = parse_policy(text->value(), opened->file_.path().string());
  if (!policy.ok()) return policy.error();
  {
    const MutexLock lock(opened->mutex_);
    opened->policy_ = std::make_shared<const Policy>(*std::move(policy));
    opened->look_at_ = clock.now() + kLookEvery;
  }
  return opened;
}

std::shared_ptr<const Policy> PolicyFile::current() {
  const MonoTime now = clock_.now();
  {
    const MutexLock lock(mutex_);
    if (is_looking_ || now < look_at_) return policy_;
    is_looking_ = true;
  }
  look();
  const MutexLock lock(mutex_);
  is_looking_ = false;
  look_at_ = now + kLookEvery;
  return policy_;
}

void PolicyFile::look() {
  const auto text = file_.read_if_changed();
  if (!text.ok()) return keep(text.error());
  if (!*text) return;
  Result<Policy> parsed = parse_policy(**text, file_.path().string());
  if (!parsed.ok()) return keep(parsed.error());
  reported_.clear();
  const auto policy = std::make_shared<const Policy>(*std::move(parsed));
  {
    const MutexLock lock(mutex_);
    policy_ = policy;
  }
  observer_.policy_reloaded(file_.path(), *policy);
}

void PolicyFile::keep(const Error& error) {
  if (reported_ == error.context) return;
  reported_ = error.context;
  observer_.policy_kept(file_.path(), error);
}

Result<Policy> load_policy(const std::filesystem::path& file) {
  const Result<std::string> text = read_small_file(file, kPolicyBytesMax);
  if (!text.ok()) return text.error();
  return parse_policy(*text, file.string());
}

}  // namespace larder::policy
