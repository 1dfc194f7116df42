// The AWS identity that asks ECR for a registry's credential (docs/auth-ecr.md).
#include <algorithm>

#include "daemon/config/read_auth.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kRegionCharsMax = 63;
constexpr std::size_t kAccessKeyCharsMax = 128;
// Of STS's AssumeRole.
constexpr std::size_t kArnCharsMin = 20;
constexpr std::size_t kArnCharsMax = 2048;
constexpr std::size_t kExternalIdCharsMax = 1224;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_only(std::string_view text, std::string_view besides) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || besides.find(c) != besides.npos;
  });
}

bool is_region(std::string_view text) {
  return text.size() <= kRegionCharsMax && has_only(text, "-_");
}

bool is_arn(std::string_view text) {
  return text.size() >= kArnCharsMin && text.size() <= kArnCharsMax && text.starts_with("arn:") &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_session_name(std::string_view text) {
  return text.size() >= 2 && text.size() <= 64 && has_only(text, "_+=,.@-");
}

bool is_external_id(std::string_view text) {
  return text.size() >= 2 && text.size() <= kExternalIdCharsMax && has_only(text, "_+=,.@:/-");
}

bool is_access_key_id(std::string_view text) {
  return text.size() <= kAccessKeyCharsMax && has_only(text, "_");
}

// A section of an AWS file, in one line.
bool is_profile(std::string_view text) {
  return text.find_first_of("[]") == text.npos;
}

constexpr SecretKeys kSecretKey{"secret_access_key", "secret_access_key_file",
                                "secret_access_key_env", is_absolute_path};
constexpr SecretKeys kSessionToken{"session_token", "session_token_file", "session_token_env",
                                   is_absolute_path};

void read_role(Section& section, Ecr& ecr) {
  section.read_text("role_arn", "the ARN of a role, such as arn:aws:iam::123456789012:role/pull",
                    is_arn, ecr.role_arn);
  section.read_text("role_session_name", "2 to 64 letters, digits and _+=,.@-", is_session_name,
                    ecr.role_session_name);
  section.read_text("external_id", "2 to 1224 letters, digits and _+=,.@:/-", is_external_id,
                    ecr.external_id);
  if (section.has("role_arn")) return;
  for (const std::string_view key : {"role_session_name", "external_id"}) {
    refuse_idle(section, key, "it only with role_arn");
  }
}

// An access key, and where the rest of it is. With one, nothing else is looked at.
void read_keys(Section& section, Ecr& ecr) {
  section.read_unshown("access_key_id", "the id of an access key, such as AKIAIOSFODNN7EXAMPLE",
                       is_access_key_id, ecr.access_key_id);
  read_secret(section, kSecretKey, ecr.secret_access_key);
  read_secret(section, kSessionToken, ecr.session_token);
  const bool has_secret =
      section.has("secret_access_key_file") || section.has("secret_access_key_env");
  if (section.has("access_key_id")) {
    if (!has_secret) {
      section.refuse("secret_access_key_file", "nothing",
                     "secret_access_key_file or secret_access_key_env, with access_key_id");
    }
    for (const std::string_view key : {"profile", "metadata_url", "container_url"}) {
      refuse_idle(section, key, "it only without access_key_id");
    }
    return;
  }
  for (const std::string_view key : {"secret_access_key_file", "secret_access_key_env",
                                     "session_token_file", "session_token_env"}) {
    refuse_idle(section, key, "it only with access_key_id");
  }
}

}  // namespace

Ecr read_ecr(Section& section) {
  Ecr ecr;
  section.read_text("region", "a region of AWS, such as eu-west-1", is_region, ecr.region);
  section.read_text("profile", "the name of a profile", is_profile, ecr.profile);
  read_role(section, ecr);
  read_service_url(section, "api_url", ecr.api_url);
  read_service_url(section, "sts_url", ecr.sts_url);
  read_service_url(section, "metadata_url", ecr.metadata_url);
  read_service_url(section, "container_url", ecr.container_url);
  read_keys(section, ecr);
  return ecr;
}

}  // namespace larder::config
