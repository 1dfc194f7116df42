#include "cache/base/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cache/base/unique_fd.h"

namespace larder {

Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t bytes_max) {
  const std::string what = "read " + file.string();
  // A pipe would keep its reader waiting.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return from_errno(what, errno);
  struct ::stat status {};
  if (::fstat(fd.get(), &status) != 0) return from_errno(what, errno);
  if (!S_ISREG(status.st_mode)) return Error{Errc::invalid, what + ": no regular file"};

  std::string text;
  std::array<char, 4096> part;
  while (text.size() <= bytes_max) {
    const auto size = ::read(fd.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return from_errno(what, errno);
    if (size == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return Error{Errc::invalid, what + ": larger than " + std::to_string(bytes_max) + " bytes"};
}

}  // namespace larder
