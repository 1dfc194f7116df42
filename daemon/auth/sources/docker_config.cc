#include "daemon/auth/sources/docker_config.h"

#include <utility>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"

namespace larder::auth {

namespace {

using nlohmann::json;

constexpr std::size_t kEntriesMax = 1024;
constexpr std::size_t kCredentialsMax = 16;

Error bad(const std::string& what) {
  return {Errc::invalid, "docker config: " + what};
}

// "user:password"; the first colon separates. base64(1) breaks lines, and old clients of Docker end
// the password with zero bytes.
Result<Credential> credential_of_auth(std::string auth, const std::string& key) {
  std::erase_if(auth, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  const auto text = base64_decoded(auth);
  const auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) {
    return bad("the auth of " + key + " is no base64 of username:password");
  }
  const auto end = text->find_last_not_of('\0');
  return Credential{.username = text->substr(0, colon),
                    .password = text->substr(colon + 1, end == colon ? 0 : end - colon)};
}

Result<Credential> basic_credential(const json& entry, const std::string& key) {
  auto credential = Credential{.username = string_at(entry, "username"),
                               .password = string_at(entry, "password")};
  if (const auto auth = string_at(entry, "auth"); !auth.empty()) {
    auto decoded = credential_of_auth(auth, key);
    if (!decoded) return decoded;
    credential = *std::move(decoded);
  }
  if (credential.username.empty()) return bad(key + " has no username");
  if (credential.password.empty()) return bad(key + " has no password");
  return credential;
}

bool says_nothing(const json& entry, DockerConfigFields fields) {
  for (const char* name : {"auth", "username", "password"}) {
    if (!string_at(entry, name).empty()) return false;
  }
  return fields == DockerConfigFields::of_kubelet ||
         (string_at(entry, "identitytoken").empty() && string_at(entry, "registrytoken").empty());
}

Result<Credential> credential_of(const json& entry, const std::string& key,
                                 DockerConfigFields fields) {
  if (fields == DockerConfigFields::all) {
    auto registry_token = string_at(entry, "registrytoken");
    if (!registry_token.empty()) return Credential{.registry_token = std::move(registry_token)};
    auto identity_token = string_at(entry, "identitytoken");
    if (!identity_token.empty()) return Credential{.identity_token = std::move(identity_token)};
  }
  return basic_credential(entry, key);
}

// Keys that name no registry are for nobody's images.
Status read_auths(const json& auths, DockerConfigFields fields, DockerConfig& config) {
  if (auths.is_null()) return {};
  if (!auths.is_object()) return bad("auths is no object");
  if (auths.size() > kEntriesMax) return bad("more than 1,024 auths");
  for (const auto& [key, entry] : auths.items()) {
    const auto pattern = ImagePattern::parse(key);
    if (!pattern) continue;
    if (!entry.is_object()) {
      config.auths.add(*pattern, bad(pattern->str() + " is no object"));
    } else if (!says_nothing(entry, fields)) {
      config.auths.add(*pattern, credential_of(entry, pattern->str(), fields));
    }
  }
  return {};
}

Status read_helpers(const json& helpers, DockerConfig& config) {
  if (helpers.is_null()) return {};
  if (!helpers.is_object()) return bad("credHelpers is no object");
  if (helpers.size() > kEntriesMax) return bad("more than 1,024 credHelpers");
  for (const auto& [key, name] : helpers.items()) {
    const auto pattern = ImagePattern::parse(key);
    if (!pattern) continue;
    if (!name.is_string()) return bad("the credHelper of " + pattern->str() + " is no name");
    config.helpers.add(*pattern, name.get<std::string>());
  }
  return {};
}

}  // namespace

Result<DockerConfig> parse_docker_config(std::string_view text, DockerConfigForm form,
                                         DockerConfigFields fields) {
  const json document = parse_bounded_json(text, kDockerConfigBytesMax);
  if (!document.is_object()) return bad("not a JSON object of at most 1 MiB");
  const bool is_old = form == DockerConfigForm::dockercfg;
  DockerConfig config;
  auto good = read_auths(is_old ? document : member_at(document, "auths"), fields, config);
  if (good && !is_old && fields == DockerConfigFields::all) {
    good = read_helpers(member_at(document, "credHelpers"), config);
    config.helper_of_others = string_at(document, "credsStore");
  }
  if (!good) return good.error();
  return config;
}

Result<std::vector<Credential>> find_credentials(const ByImage<Result<Credential>>& auths,
                                                 const ImageLocation& image) {
  std::vector<Credential> good;
  std::optional<Error> failure;
  for (auto& found : auths.matching(image)) {
    if (!found && !failure) failure = found.error();
    if (found && good.size() < kCredentialsMax) good.push_back(*std::move(found));
  }
  if (good.empty() && failure) return *failure;
  return good;
}

}  // namespace larder::auth
