#include "daemon/auth/aws/keys.h"

#include <algorithm>
#include <cstddef>

namespace larder::aws {

namespace {

constexpr std::size_t kPartBytesMax = 16 * 1024;

Status check_part(std::string_view what, std::string_view value, bool may_be_empty) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (printable && value.size() <= kPartBytesMax && (may_be_empty || !value.empty())) return {};
  const std::string_view why = value.empty()                  ? " is empty"
                               : value.size() > kPartBytesMax ? " is too long"
                                                              : " has a character it may not have";
  return Error{Errc::invalid, std::string(what).append(why)};
}

}  // namespace

Status check_keys(const Keys& keys) {
  if (auto id = check_part("the access key ID", keys.access_key_id, false); !id) return id;
  if (auto key = check_part("the secret access key", keys.secret_access_key, false); !key) {
    return key;
  }
  return check_part("the session token", keys.session_token, true);
}

}  // namespace larder::aws
