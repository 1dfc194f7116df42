#include "daemon/auth/tokens/access_key_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace larder::tokens {

namespace {

// A Kubernetes secret is its group's to read when nobody is root.
Status check_mode(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return from_errno("read " + file.string(), errno);
  if ((found.st_mode & (S_IRWXO | S_IWGRP)) == 0) return {};
  return Error{Errc::denied, file.string() + " holds secrets, and others may read or its group " +
                                 "may write it: chmod 600, or 640"};
}

}  // namespace

AccessKeyFile::AccessKeyFile(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file), kAccessKeysBytesMax, clock) {}

Result<std::unique_ptr<AccessKeyFile>> AccessKeyFile::open(std::filesystem::path file,
                                                           const Clock& clock) {
  std::unique_ptr<AccessKeyFile> opened(new AccessKeyFile(std::move(file), clock));
  if (Status loaded = opened->maintain(); !loaded.ok()) return loaded.error();
  return opened;
}

std::shared_ptr<const AccessKeys> AccessKeyFile::keys() const {
  MutexLock lock(mutex_);
  return keys_;
}

Status AccessKeyFile::maintain() {
  if (Status checked = check_mode(file_.path()); !checked.ok()) return checked;
  const auto content = file_.read_if_changed();
  if (!content.ok()) return content.error();
  if (!*content) return {};
  auto parsed = AccessKeys::parse(**content);
  if (!parsed.ok()) return in_context(file_.path().string(), parsed.error());
  auto keys = std::make_shared<const AccessKeys>(*std::move(parsed));
  MutexLock lock(mutex_);
  keys_ = std::move(keys);
  return {};
}

}  // namespace larder::tokens
