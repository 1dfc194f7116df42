#include "daemon/auth/policy/policy_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "cache/base/unique_fd.h"

namespace larder::policy {

namespace {

// Coarser than any file system's time stamps.
constexpr std::chrono::seconds kStampsSettleAfter{3};

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Not blocking: a FIFO in the file's place must not hang anybody.
UniqueFd open_file(const std::filesystem::path& file) {
  return UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

// The rest of a file, one byte more than a policy has at most.
Result<std::string> read_text(int fd, const std::filesystem::path& file) {
  std::string text;
  std::array<char, 16 * 1024> buffer{};
  while (text.size() <= kPolicyBytesMax) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return from_errno("read " + file.string(), errno);
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

struct PolicyFile::Files {
  static Stamp stamp_of(const struct stat& status) {
    return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
  }

  static Result<Stamp> find(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return from_errno("find " + file.string(), errno);
    return stamp_of(status);
  }

  static Result<Version> read(const std::filesystem::path& file, WallTime now) {
    const UniqueFd fd = open_file(file);
    if (!fd) return from_errno("open " + file.string(), errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return from_errno("find " + file.string(), errno);
    Result<std::string> text = read_text(fd.get(), file);
    if (!text.ok()) return text.error();
    const Stamp stamp = stamp_of(status);
    const auto age = now.time_since_epoch() - std::chrono::nanoseconds(stamp.changed_ns);
    return Version{stamp, age > kStampsSettleAfter, *std::move(text)};
  }
};

PolicyFile::PolicyFile(std::filesystem::path file, const Clock& clock, PolicyObserver& observer)
    : file_(std::move(file)), clock_(clock), observer_(observer) {}

Result<std::unique_ptr<PolicyFile>> PolicyFile::open(std::filesystem::path file, const Clock& clock,
                                                     PolicyObserver& observer) {
  std::unique_ptr<PolicyFile> opened(new PolicyFile(std::move(file), clock, observer));
  Result<Version> version = Files::read(opened->file_, clock.wall());
  if (!version.ok()) return version.error();
  Result<Policy> policy = parse_policy(version->text, opened->file_.string());
  if (!policy.ok()) return policy.error();
  opened->seen_ = *std::move(version);
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
  const Result<Stamp> stamp = Files::find(file_);
  if (stamp.ok() && seen_.is_settled && *stamp == seen_.stamp) return;
  Result<Version> version =
      stamp.ok() ? Files::read(file_, clock_.wall()) : Result<Version>(stamp.error());
  if (version.ok()) return take(*std::move(version));
  seen_.is_settled = false;  // it may come back as it was
  keep(version.error());
}

void PolicyFile::take(Version version) {
  const bool is_in_force = version.text == seen_.text && reported_.empty();
  seen_ = std::move(version);
  if (is_in_force) return;
  Result<Policy> parsed = parse_policy(seen_.text, file_.string());
  if (!parsed.ok()) return keep(parsed.error());
  reported_.clear();
  const auto policy = std::make_shared<const Policy>(*std::move(parsed));
  {
    const MutexLock lock(mutex_);
    policy_ = policy;
  }
  observer_.policy_reloaded(file_, *policy);
}

void PolicyFile::keep(const Error& error) {
  if (reported_ == error.context) return;
  reported_ = error.context;
  observer_.policy_kept(file_, error);
}

Result<Policy> load_policy(const std::filesystem::path& file) {
  const UniqueFd fd = open_file(file);
  if (!fd) return from_errno("open " + file.string(), errno);
  const Result<std::string> text = read_text(fd.get(), file);
  if (!text.ok()) return text.error();
  return parse_policy(*text, file.string());
}

}  // namespace larder::policy
