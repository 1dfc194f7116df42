#include "daemon/auth/aws/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "cache/base/unique_fd.h"

namespace larder::aws {

namespace {

constexpr std::size_t kTokenBytesMax = 20'000;

std::string_view without_white_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

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

Result<std::string> read_token_file(const std::filesystem::path& file) {
  const auto text = read_small_file(file, kTokenBytesMax);
  if (!text) return text.error();
  const auto token = without_white_space(*text);
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (token.empty()) return Error{Errc::invalid, "read " + file.string() + ": it is empty"};
  if (!printable) {
    return Error{Errc::invalid, "read " + file.string() + ": it is no token: not printable ASCII"};
  }
  return std::string(token);
}

}  // namespace larder::aws
