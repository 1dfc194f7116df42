#include "daemon/auth/aws/ecr_answer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "daemon/auth/aws/signed_call.h"
#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"

namespace larder::aws {

namespace {

constexpr std::size_t kTokenBytesMax = 64 * 1024;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// ECR gives a list of one, ECR Public the one itself.
const nlohmann::json* authorization_data(const nlohmann::json& answer) {
  const auto found = answer.find("authorizationData");
  if (found == answer.end()) return nullptr;
  const bool is_list = found->is_array() && !found->empty();
  const auto& data = is_list ? found->front() : *found;
  return data.is_object() ? &data : nullptr;
}

std::optional<WallTime> expiry(const nlohmann::json& data) {
  const auto found = data.find("expiresAt");
  if (found == data.end() || !found->is_number()) return std::nullopt;
  return from_epoch_seconds(found->get<double>());
}

}  // namespace

Result<auth::Credential> parse_authorization(std::string_view json) {
  const auto answer = auth::parse_bounded_json(json, kServiceAnswerBytesMax);
  const auto* data = authorization_data(answer);
  if (data == nullptr) return Error{Errc::invalid, "the answer has no authorizationData"};
  const auto token = auth::string_at(*data, "authorizationToken");
  const auto decoded = token.size() > kTokenBytesMax ? std::nullopt : auth::base64_decoded(token);
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos || !is_printable(*decoded)) {
    return Error{Errc::invalid, "the answer's authorizationToken is no name and password"};
  }
  auth::Credential credential;
  credential.username = decoded->substr(0, colon);
  credential.password = decoded->substr(colon + 1);
  credential.expires = expiry(*data);
  if (credential.expires) return credential;
  return Error{Errc::invalid, "the answer's expiresAt is no moment"};
}

}  // namespace larder::aws
