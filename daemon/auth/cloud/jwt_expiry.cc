#include "daemon/auth/cloud/jwt_expiry.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"

namespace larder::auth {

namespace {

constexpr std::size_t kBytesMax = 32 * 1024;
constexpr double kLastSecond = 9'000'000'000;  // of the year 2255; a clock of nanoseconds has 2262

}  // namespace

std::optional<WallTime> jwt_expiry(std::string_view token) {
  if (token.size() > kBytesMax || std::ranges::count(token, '.') != 2) return std::nullopt;
  const auto begin = token.find('.') + 1;
  const auto payload = base64url_decoded(token.substr(begin, token.rfind('.') - begin));
  if (!payload) return std::nullopt;
  const auto claims = parse_bounded_json(*payload, kBytesMax);
  const auto exp = claims.is_object() ? claims.find("exp") : claims.end();
  if (exp == claims.end() || !exp->is_number()) return std::nullopt;
  const auto seconds = exp->get<double>();
  if (!(seconds >= 0 && seconds <= kLastSecond)) return std::nullopt;
  return WallTime(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace larder::auth
