#include "cache/posix_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cache/base/unique_fd.h"
#include "cache/remote_file_systems.h"

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStatBlockBytes = 512;

Error failed(std::string_view call, const fs::path& path, int error_number) {
  return from_errno(std::string(call) + " " + path.string(), error_number);
}

class PosixFile final : public File {
 public:
  PosixFile(UniqueFd fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    for (;;) {
      const ssize_t size =
          ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
      if (size >= 0) return static_cast<std::size_t>(size);
      if (errno != EINTR) return failed("read", path_, errno);
    }
  }

  // RWF_NOWAIT gives what is in memory and nothing else, so the rest is what our own reading brings
  // there. Without RANDOM the kernel would read ahead, and its pages would look like others'.
  Result<std::size_t> read_once_at(std::uint64_t offset,
                                   std::span<std::byte> buffer) const override {
    const auto position = static_cast<off_t>(offset);
    const iovec vector{buffer.data(), buffer.size()};
    ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_RANDOM);
    const ssize_t cached = ::preadv2(fd_.get(), &vector, 1, position, RWF_NOWAIT);
    const std::size_t done = cached > 0 ? static_cast<std::size_t>(cached) : 0;
    if (done == buffer.size()) return done;
    Result<std::size_t> rest = read_at(offset + done, buffer.subspan(done));
    if (!rest || *rest == 0) return rest ? Result<std::size_t>(done) : rest;
    ::posix_fadvise(fd_.get(), position + static_cast<off_t>(done), static_cast<off_t>(*rest),
                    POSIX_FADV_DONTNEED);
    return done + *rest;
  }

  void drop_cached() const override { ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED); }

  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t size =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return failed("write", path_, errno);
      offset += static_cast<std::uint64_t>(size);
      bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return {};
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return failed("fdatasync", path_, errno);
    return {};
  }

  Result<std::uint64_t> size_bytes() const override {
    struct stat info;
    if (::fstat(fd_.get(), &info) != 0) return failed("stat", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

  Result<std::uint64_t> disk_bytes() const override {
    struct stat info;
    if (::fstat(fd_.get(), &info) != 0) return failed("stat", path_, errno);
    return static_cast<std::uint64_t>(info.st_blocks) * kStatBlockBytes;
  }

  int descriptor() const override { return fd_.get(); }

  Status make_read_only() override {
    if (::fchmod(fd_.get(), 0444) != 0) return failed("chmod", path_, errno);
    return {};
  }

 private:
  UniqueFd fd_;
  fs::path path_;  // for errors
};

Result<std::unique_ptr<File>> open_file(const fs::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return failed("open", path, errno);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path));
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// mkdir -p. A new entry lasts only once its parent is synced.
Status make_directory(PosixFiles& files, const fs::path& path) {
  int error_number = ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
  if (error_number == ENOENT && path.has_parent_path()) {
    if (Status made = make_directory(files, path.parent_path()); !made) return made;
    error_number = ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
  }
  if (error_number == 0) return files.sync_directory(parent_of(path));

  struct stat info;
  const bool exists = ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  if (exists) return {};
  return failed("mkdir", path, error_number);
}

Result<DirectoryEntry> describe_entry(const fs::directory_entry& entry) {
  struct stat info;
  if (::lstat(entry.path().c_str(), &info) != 0) return failed("stat", entry.path(), errno);
  DirectoryEntry described{entry.path().filename().string(), S_ISDIR(info.st_mode), 0};
  if (!S_ISREG(info.st_mode)) return described;
  described.size_bytes = static_cast<std::uint64_t>(info.st_size);
  described.disk_bytes = static_cast<std::uint64_t>(info.st_blocks) * kStatBlockBytes;
  return described;
}

}  // namespace

Result<std::unique_ptr<File>> PosixFiles::create(const fs::path& path) {
  return open_file(path, O_RDWR | O_CREAT | O_TRUNC);
}

Result<std::unique_ptr<File>> PosixFiles::open_read(const fs::path& path) {
  return open_file(path, O_RDONLY);
}

Result<std::unique_ptr<File>> PosixFiles::open_write(const fs::path& path) {
  return open_file(path, O_RDWR);
}

Status PosixFiles::rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return failed("rename " + from.string() + " to", to, errno);
  }
  return {};
}

Status PosixFiles::remove(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("unlink", path, errno);
  return {};
}

Status PosixFiles::sync_directory(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return failed("open", path, errno);
  if (::fsync(fd.get()) != 0) return failed("fsync", path, errno);
  return {};
}

Status PosixFiles::make_directories(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  const bool trailing_slash = !normal.has_filename() && normal.has_relative_path();
  return make_directory(*this, trailing_slash ? normal.parent_path() : normal);
}

Result<std::vector<DirectoryEntry>> PosixFiles::list(const fs::path& path) {
  std::vector<DirectoryEntry> entries;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    Result<DirectoryEntry> entry = describe_entry(*it);
    if (entry) {
      entries.push_back(std::move(*entry));
    } else if (entry.error().code != Errc::not_found) {  // one removed meanwhile is not listed
      return entry.error();
    }
  }
  if (error) return failed("list", path, error.value());
  return entries;
}

Result<Space> PosixFiles::space(const fs::path& path) {
  struct statvfs info;
  if (::statvfs(path.c_str(), &info) != 0) return failed("statvfs", path, errno);
  return Space{.total_bytes = info.f_blocks * info.f_frsize,
               .available_bytes = info.f_bavail * info.f_frsize};
}

Status check_cache_directory(const fs::path& path) {
  struct statfs info;
  if (::statfs(path.c_str(), &info) != 0) return failed("statfs", path, errno);
  const std::string_view remote = remote_file_system(static_cast<std::uint32_t>(info.f_type));
  if (!remote.empty()) {
    return Error{Errc::invalid, path.string() + " is on " + std::string(remote) +
                                    ": the cache needs a local disk; choose a directory on one"};
  }

  const fs::path probe = path / ".larder-write-test";
  PosixFiles files;
  const Result<std::unique_ptr<File>> created = files.create(probe);
  const Status removed = files.remove(probe);
  // A full disk is no reason to refuse: what is cached can still be served.
  if (created ? removed.ok() : created.error().code == Errc::no_space) return {};
  return Error{Errc::denied, path.string() + " is not writable: give the user Larder runs as " +
                                 "write access, or choose another directory (" +
                                 (created ? removed : Status(created.error())).error().context +
                                 ")"};
}

}  // namespace larder::cache
