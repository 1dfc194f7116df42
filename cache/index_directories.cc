#include "cache/index_directories.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cache/base/unique_fd.h"

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAsidePrefix = "index-damaged-";
constexpr std::string_view kData = "data.mdb";
constexpr std::string_view kNewData = "data.mdb.new";

bool holds_bytes(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  return !error && bytes > 0;
}

std::uint64_t bytes_of_file(const fs::path& path) {
  struct stat file;
  constexpr std::uint64_t kStatBlockBytes = 512;
  if (::lstat(path.c_str(), &file) != 0) return 0;
  return static_cast<std::uint64_t>(file.st_blocks) * kStatBlockBytes;
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    entries.push_back(next->path());
  }
  return entries;
}

Status remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  return error ? from_errno("remove " + path.string(), error.value()) : Status();
}

// All have the same number of digits, until the year 2286.
std::vector<fs::path> asides_in(const fs::path& cache) {
  std::vector<fs::path> asides;
  for (const fs::path& path : entries_of(cache)) {
    if (path.filename().string().starts_with(kAsidePrefix)) asides.push_back(path);
  }
  std::sort(asides.begin(), asides.end());
  return asides;
}

fs::path free_aside_name(const fs::path& cache, WallTime now) {
  using std::chrono::milliseconds;
  auto since_1970 = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  fs::path name;
  std::error_code ignored;
  do {
    name = cache / (std::string(kAsidePrefix) + std::to_string(since_1970++));
  } while (fs::exists(name, ignored));
  return name;
}

}  // namespace

bool IndexDirectories::has_index() const {
  return holds_bytes(index() / kData);
}

bool IndexDirectories::has_copy() const {
  return holds_bytes(copy() / kData);
}

bool IndexDirectories::is_marked() const {
  std::error_code ignored;
  return fs::exists(mark(), ignored);
}

bool IndexDirectories::has_blobs() const {
  for (const fs::path& algorithm : entries_of(cache_ / "blobs")) {
    for (const fs::path& folder : entries_of(algorithm)) {
      if (!entries_of(folder).empty()) return true;
    }
  }
  return false;
}

bool IndexDirectories::is_copy_newer() const {
  std::error_code error;
  const auto index_written = fs::last_write_time(index() / kData, error);
  if (error) return false;
  const auto copy_written = fs::last_write_time(copy() / kData, error);
  return !error && copy_written > index_written;
}

Status IndexDirectories::clear_mark() {
  if (!is_marked()) return {};
  if (Status removed = files_.remove(mark()); !removed) return removed;
  return files_.sync_directory(cache_);
}

Result<fs::path> IndexDirectories::move_index_aside(WallTime now) {
  std::error_code ignored;
  if (!fs::exists(index(), ignored)) return fs::path();
  if (!has_index()) {
    if (Status removed = remove_tree(index()); !removed) return removed.error();
    return fs::path();
  }
  const fs::path aside = free_aside_name(cache_, now);
  Status done = files_.rename(index(), aside);
  if (done) done = files_.sync_directory(cache_);
  if (done) done = remove_old_asides();
  if (!done) return done.error();
  return aside;
}

Status IndexDirectories::remove_old_asides() {
  std::vector<fs::path> asides = asides_in(cache_);
  Status done;
  for (std::size_t i = 0; done && i + kAsidesMax < asides.size(); ++i) {
    done = remove_tree(asides[i]);
  }
  return done;
}

Status IndexDirectories::adopt_copy() {
  CHECK(!has_index());
  Status done = remove_tree(index());
  if (done) done = files_.remove(copy() / kNewData);
  if (done) done = files_.rename(copy(), index());
  return done ? files_.sync_directory(cache_) : done;
}

Status IndexDirectories::remove_copy() {
  return remove_tree(copy());
}

Status IndexDirectories::replace_copy(const std::function<Status(int descriptor)>& write) {
  if (Status made = files_.make_directories(copy()); !made) return made;
  const fs::path path = copy() / kNewData;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return from_errno("open " + path.string(), errno);
  Status done = write(fd.get());
  if (done && ::fdatasync(fd.get()) != 0) done = from_errno("sync " + path.string(), errno);
  if (done) done = files_.rename(path, copy() / kData);
  if (done) return files_.sync_directory(copy());
  (void)files_.remove(path);
  return done;
}

std::uint64_t IndexDirectories::bytes_on_disk() const {
  std::vector<fs::path> directories = asides_in(cache_);
  directories.push_back(index());
  directories.push_back(copy());
  std::uint64_t bytes = 0;
  for (const fs::path& directory : directories) {
    for (const fs::path& file : entries_of(directory)) bytes += bytes_of_file(file);
  }
  return bytes;
}

}  // namespace larder::cache
