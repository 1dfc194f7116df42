#include "daemon/auth/aws/profile_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/auth/aws/web_identity.h"

namespace larder::aws {

namespace {

constexpr std::size_t kTrailMax = 8;

Error invalid_profile(std::string why) {
  return {Errc::invalid, std::move(why)};
}

std::string named(const std::string& profile) {
  return "profile \"" + profile + "\"";
}

Result<std::optional<std::chrono::seconds>> duration_of(const Properties& profile) {
  const std::string text = property(profile, "duration_seconds");
  if (text.empty()) return std::optional<std::chrono::seconds>();
  int seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size()) {
    return invalid_profile("duration_seconds is no number");
  }
  return std::optional(std::chrono::seconds(seconds));
}

Result<Role> role_of(const Properties& profile) {
  auto duration = duration_of(profile);
  if (!duration) return duration.error();
  return Role{property(profile, "role_arn"), property(profile, "role_session_name"),
              property(profile, "external_id"), *duration};
}

// Static keys; none is an answer too.
Result<std::optional<Keys>> standing_keys(const Properties& profile) {
  Keys keys;
  keys.access_key_id = property(profile, "aws_access_key_id");
  keys.secret_access_key = property(profile, "aws_secret_access_key");
  keys.session_token = property(profile, "aws_session_token");
  if (keys.session_token.empty()) keys.session_token = property(profile, "aws_security_token");
  if (keys.access_key_id.empty() && keys.secret_access_key.empty()) return std::optional<Keys>();
  if (const auto usable = check_keys(keys); !usable) return usable.error();
  return std::optional(std::move(keys));
}

}  // namespace

ProfileKeys::ProfileKeys(const Profiles& profiles, const ProfileTools& tools,
                         const Patience& patience)
    : profiles_(profiles), tools_(tools), patience_(patience) {}

Result<Answer> ProfileKeys::find(const std::string& name) {
  const auto found = profiles_.find(name);
  if (found == profiles_.end()) return invalid_profile(named(name) + " does not exist");
  const Properties& profile = found->second;
  const bool has_role = !property(profile, "role_arn").empty();
  auto answer = has_role ? assume(name, profile) : own_keys(name, profile);
  if (!answer) return in_context(named(name), answer.error());
  return answer;
}

Result<Answer> ProfileKeys::assume(const std::string& name, const Properties& profile) {
  const auto role = role_of(profile);
  if (!role) return role.error();
  if (!property(profile, "mfa_serial").empty()) return invalid_profile("mfa_serial needs a person");
  auto endpoint = tools_.sts.find(property(profile, "region"));
  if (!endpoint) return endpoint.error();
  Sts sts(tools_.client, tools_.clock, std::move(*endpoint));
  const auto told = [&](const std::string& by) {
    return named(name) + ", " + role->arn + (by.empty() ? "" : " by " + by);
  };

  const std::string token_file = property(profile, "web_identity_token_file");
  if (!token_file.empty()) {
    auto keys = keys_for_token_file(token_file, *role, sts, patience_);
    if (!keys) return in_context(role->arn, keys.error());
    return Answer::of(std::move(*keys), told("web identity"));
  }
  const auto signer = base_keys(name, profile);
  if (!signer) return signer.error();
  auto keys = sts.assume_role(*role, signer->keys(), patience_);
  if (!keys) return in_context(role->arn, keys.error());
  return Answer::of(std::move(*keys), told(signer->told()));
}

// The keys that the role is assumed with.
Result<Answer> ProfileKeys::base_keys(const std::string& name, const Properties& profile) {
  const std::string base = property(profile, "source_profile");
  const std::string source = property(profile, "credential_source");
  if (base.empty() == source.empty()) {
    return invalid_profile(
        "role_arn needs one of source_profile, credential_source, "
        "web_identity_token_file");
  }
  if (!source.empty()) return source_keys(source);

  trail_.push_back(name);
  const bool is_loop = std::find(trail_.begin(), trail_.end(), base) != trail_.end();
  // A profile may name itself: its own keys are meant then.
  auto answer = base == name ? own_keys(name, profile)
                : is_loop || trail_.size() >= kTrailMax
                    ? Result<Answer>(invalid_profile("source_profile leads round in a loop"))
                    : find(base);
  trail_.pop_back();
  if (answer && !answer->has_keys()) return invalid_profile("source_profile: " + answer->told());
  return answer;
}

Result<Answer> ProfileKeys::source_keys(const std::string& source) {
  const auto provider = tools_.make_source(source);
  if (provider == nullptr) {
    return invalid_profile(
        "credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata");
  }
  auto answer = provider->keys(patience_);
  if (!answer) return in_context("credential_source", answer.error());
  if (!answer->has_keys())
    return invalid_profile("credential_source " + source + ": " + answer->told());
  return answer;
}

Result<Answer> ProfileKeys::own_keys(const std::string& name, const Properties& profile) {
  auto standing = standing_keys(profile);
  if (!standing) return standing.error();
  if (*standing) return Answer::of(std::move(**standing), named(name));

  const std::string command = property(profile, "credential_process");
  if (!command.empty()) {
    auto keys = keys_of_process(command, tools_.sts.environment, tools_.run, patience_);
    if (!keys) return keys.error();
    return Answer::of(std::move(*keys), named(name) + ", credential_process");
  }
  const bool is_sso =
      !property(profile, "sso_session").empty() || !property(profile, "sso_start_url").empty();
  if (is_sso) return invalid_profile("IAM Identity Center (sso_*) needs a person to log in");
  return Answer::not_configured(named(name) + " has no keys");
}

}  // namespace larder::aws
