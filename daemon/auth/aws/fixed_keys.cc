#include "daemon/auth/aws/fixed_keys.h"

#include <utility>

#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/aws/token_file.h"

namespace larder::aws {

namespace {

Result<std::string> read(const SecretPlace& place, const Environment& environment) {
  if (!place.is_set()) return std::string();
  if (!place.file.empty()) return read_token_file(place.file);
  auto value = variable(environment, place.variable.c_str());
  if (!value.empty()) return value;
  return Error{Errc::not_found, "environment variable " + place.variable + " is not set"};
}

Result<Answer> checked(Keys keys, std::string source) {
  if (const auto usable = check_keys(keys); !usable) return usable.error();
  return Answer::of(std::move(keys), std::move(source));
}

}  // namespace

ConfiguredKeys::ConfiguredKeys(KeyPlaces places, Environment environment)
    : places_(std::move(places)), environment_(std::move(environment)) {}

Result<Answer> ConfiguredKeys::keys(const Patience&) {
  auto secret = read(places_.secret_access_key, environment_);
  if (!secret) return secret.error();
  auto token = read(places_.session_token, environment_);
  if (!token) return token.error();
  return checked(Keys{places_.access_key_id, std::move(*secret), std::move(*token), {}}, "config");
}

EnvironmentKeys::EnvironmentKeys(Environment environment) : environment_(std::move(environment)) {}

Result<Answer> EnvironmentKeys::keys(const Patience&) {
  Keys keys;
  keys.access_key_id = variable(environment_, "AWS_ACCESS_KEY_ID");
  keys.secret_access_key = variable(environment_, "AWS_SECRET_ACCESS_KEY");
  keys.session_token = variable(environment_, "AWS_SESSION_TOKEN");
  if (keys.session_token.empty()) keys.session_token = variable(environment_, "AWS_SECURITY_TOKEN");
  if (keys.access_key_id.empty() && keys.secret_access_key.empty()) {
    return Answer::not_configured("AWS_ACCESS_KEY_ID is not set");
  }
  const std::string expiration = variable(environment_, "AWS_CREDENTIAL_EXPIRATION");
  keys.expires = parse_iso8601(expiration);
  if (!expiration.empty() && !keys.expires) {
    return Error{Errc::invalid, "AWS_CREDENTIAL_EXPIRATION is no moment in ISO 8601"};
  }
  return checked(std::move(keys), "environment");
}

}  // namespace larder::aws
