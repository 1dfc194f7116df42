#include "daemon/auth/aws/token_file.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "cache/base/small_file.h"

namespace larder::aws {

namespace {

constexpr std::size_t kTokenBytesMax = 20'000;

std::string_view without_white_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

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
