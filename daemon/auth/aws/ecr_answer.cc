#include "daemon/auth/aws/ecr_answer.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "daemon/auth/aws/bounded_json.h"
#include "daemon/auth/aws/time_text.h"

namespace larder::aws {

namespace {

constexpr std::size_t kTokenBytesMax = 64 * 1024;

// RFC 4648 section 4, with padding. Nothing for all else.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kTokenBytesMax) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  // It counts what the padding stands for, too, and is content with less than it was given.
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  const auto padding = text.size() - 1 - text.find_last_not_of('=');
  if (padding > 2) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

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
  const auto answer = parse_json_object(json);
  const auto* data = answer ? authorization_data(*answer) : nullptr;
  if (data == nullptr) return Error{Errc::invalid, "the answer has no authorizationData"};
  const auto decoded = from_base64(text_at(*data, "authorizationToken"));
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
