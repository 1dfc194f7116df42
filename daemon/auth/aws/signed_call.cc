#include "daemon/auth/aws/signed_call.h"

#include <chrono>
#include <optional>

#include "daemon/http/http_date.h"

namespace larder::aws {

namespace {

// AWS takes a signature for five minutes; a clock nearer than this is not why it was refused.
constexpr std::chrono::minutes kSkewMin{4};

// When it is by the service's clock, where that differs from ours by too much.
std::optional<WallTime> service_time(const http::BufferedResponse& answer, WallTime ours) {
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(WallTime::max());
  const auto date = http::parse_http_date(answer.head.headers.find("Date").value_or(""), ours);
  if (!date || *date > kLast) return std::nullopt;
  const auto skew = *date - std::chrono::floor<std::chrono::seconds>(ours);
  return std::chrono::abs(skew) < kSkewMin ? std::nullopt : std::optional<WallTime>(*date);
}

}  // namespace

Result<http::BufferedResponse> signed_call(http::Client& client, http::ClientRequest request,
                                           const Keys& keys, const SigningScope& scope,
                                           const Clock& clock, const Patience& patience,
                                           const ParseError& parse_error) {
  request.deadline = patience.deadline;
  const auto now = clock.wall();
  sign(request, keys, scope, now);
  auto answer = http::send_buffered(client, request, kServiceAnswerBytesMax, patience.stop);
  if (!answer || answer->head.status < 400) return answer;

  const auto theirs = service_time(*answer, now);
  if (!theirs || !is_about_time(parse_error(answer->body))) return answer;
  sign(request, keys, scope, *theirs);
  return http::send_buffered(client, request, kServiceAnswerBytesMax, patience.stop);
}

}  // namespace larder::aws
