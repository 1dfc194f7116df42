#include "daemon/auth/aws/service_error.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "daemon/auth/aws/signed_call.h"
#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

constexpr std::size_t kCodeBytesMax = 64;
constexpr std::size_t kMessageBytesMax = 300;

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

bool is_throttling(int status, std::string_view code) {
  constexpr std::array<std::string_view, 8> kCodes{
      "Throttling",       "ThrottlingException",      "ThrottledException",
      "TooManyRequests",  "TooManyRequestsException", "RequestLimitExceeded",
      "RequestThrottled", "RequestThrottledException"};
  return status == 429 || is_one_of(code, kCodes);
}

bool may_help_to_ask_again(int status, std::string_view code) {
  constexpr std::array<std::string_view, 3> kCodes{"IDPCommunicationError", "RequestTimeout",
                                                   "RequestTimeoutException"};
  // 408 and whatever no AWS service says: a proxy or a load balancer speaks.
  return status >= 500 || status < 400 || status == 408 || is_one_of(code, kCodes);
}

// Those of signatures repeat the canonical request, session token and all.
bool is_message_told(std::string_view code) {
  constexpr std::array<std::string_view, 5> kCodes{"AccessDenied", "AccessDeniedException",
                                                   "RegionDisabledException", "IDPRejectedClaim",
                                                   "InvalidIdentityToken"};
  return is_one_of(code, kCodes);
}

}  // namespace

ServiceError parse_json_error(std::string_view body) {
  const auto answer = auth::parse_bounded_json(body, kServiceAnswerBytesMax);
  if (!answer.is_object()) return {};
  std::string code = auth::string_at(answer, "__type");
  if (const auto hash = code.rfind('#'); hash != std::string::npos) code.erase(0, hash + 1);
  std::string message = auth::string_at(answer, "message");
  if (message.empty()) message = auth::string_at(answer, "Message");
  return {std::move(code), std::move(message)};
}

std::string printable_code(std::string_view code) {
  const bool is_code =
      code.size() <= kCodeBytesMax && std::all_of(code.begin(), code.end(), [](char c) {
        return http::is_alnum(c) || c == '.' || c == '_';
      });
  return is_code ? std::string(code) : "(no proper code)";
}

bool is_about_time(const ServiceError& error) {
  constexpr std::array<std::string_view, 7> kCodes{
      "InvalidSignatureException", "SignatureDoesNotMatch",
      "RequestTimeTooSkewed",      "RequestExpired",
      "RequestInTheFuture",        "AuthFailure",
      "InvalidSignature"};
  return is_one_of(error.code, kCodes);
}

Error to_error(std::string_view service, const http::Url& url, int status,
               const ServiceError& error) {
  std::string context =
      std::string(service) + " " + url.authority() + " answers HTTP " + std::to_string(status);
  if (!error.code.empty()) context += " " + printable_code(error.code);
  if (is_message_told(error.code) && !error.message.empty()) {
    context += ": " + auth::printable(error.message, kMessageBytesMax);
  }
  if (is_throttling(status, error.code)) {
    return {Errc::upstream_down, std::move(context), kThrottledCause};
  }
  const bool again = may_help_to_ask_again(status, error.code);
  return {again ? Errc::upstream_down : Errc::denied, std::move(context)};
}

}  // namespace larder::aws
