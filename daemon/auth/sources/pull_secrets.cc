#include "daemon/auth/sources/pull_secrets.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "cache/base/small_file.h"
#include "daemon/auth/sources/docker_config.h"
#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

struct SecretKind {
  const char* type;
  const char* key;
  DockerConfigForm form;
};

constexpr std::array<SecretKind, 2> kKinds{{
    {"kubernetes.io/dockerconfigjson", ".dockerconfigjson", DockerConfigForm::config_json},
    {"kubernetes.io/dockercfg", ".dockercfg", DockerConfigForm::dockercfg},
}};

std::string text_of(const PullSecretName& name) {
  return name.secret_namespace.empty() ? name.name : name.secret_namespace + "/" + name.name;
}

// A DNS subdomain (RFC 1123), which is no "..".
bool is_kubernetes_name(std::string_view name) {
  const auto is_inner = [](char c) {
    return http::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, is_inner) &&
         http::is_alnum(name.front()) && http::is_alnum(name.back());
}

Result<DockerConfig> parse_secret(const PullSecret& secret) {
  for (const auto& kind : kKinds) {
    const auto found = secret.data.find(kind.key);
    if (secret.type != kind.type || found == secret.data.end()) continue;
    return parse_docker_config(found->second, kind.form, DockerConfigFields::of_kubelet);
  }
  return Error{Errc::invalid, "of type " + secret.type + " and no image pull secret"};
}

}  // namespace

Result<PullSecret> MountedPullSecrets::secret(const PullSecretName& name,
                                              const CredentialQuestion&) {
  const bool is_good = is_kubernetes_name(name.name) &&
                       (name.secret_namespace.empty() || is_kubernetes_name(name.secret_namespace));
  if (!is_good) return Error{Errc::invalid, "not the name of a secret"};
  const auto folder = root_ / name.secret_namespace / name.name;
  for (const auto& kind : kKinds) {
    auto content = read_small_file(folder / kind.key, kDockerConfigBytesMax);
    if (content) return PullSecret{kind.type, {{kind.key, *std::move(content)}}};
    if (content.error().code != Errc::not_found) return content.error();
  }
  return Error{Errc::not_found, "no .dockerconfigjson or .dockercfg in " + folder.string()};
}

Result<std::vector<Credential>> PullSecretCredentials::credentials(
    const CredentialQuestion& question) {
  const auto image = location_of(question);
  ByImage<Result<Credential>> auths;
  std::optional<Error> failure;
  for (const auto& name : names_) {
    const auto secret = secrets_.secret(name, question);
    auto config = secret ? parse_secret(*secret) : Result<DockerConfig>(secret.error());
    if (config) {
      auths.add_all(std::move(config->auths));
    } else if (!failure) {
      failure = in_context("secret " + text_of(name), config.error());
    }
  }
  auto found = find_credentials(auths, image);
  if (failure && (!found || found->empty())) return *failure;
  return found;
}

}  // namespace larder::auth
