#include "daemon/auth/aws/keys_json.h"

#include <string>

#include "daemon/auth/aws/service_error.h"
#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/bounded_json.h"

namespace larder::aws {

namespace {

Error invalid(std::string why) {
  return {Errc::invalid, std::move(why)};
}

Result<Keys> keys_in(const nlohmann::json& object, const char* session_token_key) {
  Keys keys;
  keys.access_key_id = auth::string_at(object, "AccessKeyId");
  keys.secret_access_key = auth::string_at(object, "SecretAccessKey");
  keys.session_token = auth::string_at(object, session_token_key);
  if (const auto usable = check_keys(keys); !usable) return usable.error();
  const std::string expiration = auth::string_at(object, "Expiration");
  if (expiration.empty()) return keys;
  keys.expires = parse_iso8601(expiration);
  if (!keys.expires) return invalid("the Expiration is no moment in ISO 8601");
  return keys;
}

}  // namespace

Result<Keys> parse_metadata_keys(std::string_view json) {
  const auto answer = auth::parse_bounded_json(json, kKeysJsonBytesMax);
  if (!answer.is_object()) return Error{Errc::upstream_down, "the answer is no JSON object"};
  const std::string code = auth::string_at(answer, "Code");
  if (!code.empty() && code != "Success") {
    return Error{Errc::denied, "the answer's Code is " + printable_code(code)};
  }
  auto keys = keys_in(answer, "Token");
  if (!keys) return Error{Errc::upstream_down, "the answer: " + keys.error().context};
  return keys;
}

Result<Keys> parse_process_keys(std::string_view json) {
  const auto answer = auth::parse_bounded_json(json, kKeysJsonBytesMax);
  if (!answer.is_object()) return invalid("its output is no JSON object");
  const auto version = answer.find("Version");
  if (version == answer.end() || *version != 1) return invalid("its output is not of Version 1");
  return keys_in(answer, "SessionToken");
}

}  // namespace larder::aws
