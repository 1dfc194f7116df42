#include "daemon/cli/upstream_credentials.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "daemon/auth/aws/ecr_credentials.h"
#include "daemon/auth/cloud/acr_credentials.h"
#include "daemon/auth/cloud/gcp_credentials.h"
#include "daemon/auth/credential_sources.h"
#include "daemon/auth/program.h"
#include "daemon/auth/renewed_credentials.h"
#include "daemon/auth/sources/docker_config_credentials.h"
#include "daemon/auth/sources/exec_plugin.h"
#include "daemon/auth/sources/pull_secrets.h"

namespace larder::cli {

namespace {

using auth::CredentialSource;
using Made = Result<std::unique_ptr<CredentialSource>>;

// Secrets that kubelet mounts, and the credentials in them.
class MountedSecretCredentials final : public CredentialSource {
 public:
  MountedSecretCredentials(std::filesystem::path root, std::vector<auth::PullSecretName> names)
      : secrets_(std::move(root)), credentials_(secrets_, std::move(names)) {}
  Result<std::vector<auth::Credential>> credentials(
      const auth::CredentialQuestion& question) override {
    return credentials_.credentials(question);
  }

 private:
  auth::MountedPullSecrets secrets_;
  auth::PullSecretCredentials credentials_;
};

std::vector<std::string> lines_of(const std::vector<config::Variable>& variables) {
  std::vector<std::string> lines;
  for (const auto& one : variables) lines.push_back(one.name + "=" + one.value);
  return lines;
}

std::unique_ptr<CredentialSource> basic(const config::Auth& auth) {
  if (!auth.password.file.empty()) {
    return std::make_unique<auth::FileCredentials>(auth.username, auth.password.file);
  }
  return std::make_unique<auth::EnvironmentCredentials>(auth.username, auth.password.environment);
}

std::unique_ptr<CredentialSource> docker_config(const config::DockerConfig& options,
                                                const Clock& clock) {
  auth::CredentialHelpers helpers{{}, lines_of(options.env)};
  helpers.directories.assign(options.helper_directories.begin(), options.helper_directories.end());
  return std::make_unique<auth::DockerConfigCredentials>(options.file, std::move(helpers), clock);
}

std::unique_ptr<CredentialSource> kubernetes_secret(const config::KubernetesSecret& options) {
  std::filesystem::path root = options.directory;
  std::vector<auth::PullSecretName> names;
  for (const auto& name : options.secrets) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) {
      names.push_back({"", name});
    } else {
      names.push_back({name.substr(0, slash), name.substr(slash + 1)});
    }
  }
  if (names.empty()) {  // the directory is the secret itself
    names.push_back({"", root.filename().string()});
    root = root.parent_path();
  }
  return std::make_unique<MountedSecretCredentials>(std::move(root), std::move(names));
}

Made exec(const config::ExecPlugin& options, const Clock& clock) {
  auto made =
      auth::ExecPluginCredentials::create({options.command, options.args, lines_of(options.env),
                                           options.match_images, options.default_cache_duration},
                                          clock);
  if (!made.ok()) return made.error();
  return std::unique_ptr<CredentialSource>(*std::move(made));
}

// Requires: the text is empty or a URL, which parsing the config saw to.
std::optional<http::Url> url_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return http::Url::parse(text).value();
}

aws::SecretPlace secret_place(const config::SecretPlace& place) {
  return {place.file, place.environment};
}

aws::EcrOptions ecr_options(const config::Ecr& ecr) {
  aws::EcrOptions options;
  options.region = ecr.region;
  options.keys.profile = ecr.profile;
  if (!ecr.access_key_id.empty()) {
    options.keys.keys = aws::KeyPlaces{ecr.access_key_id, secret_place(ecr.secret_access_key),
                                       secret_place(ecr.session_token)};
  }
  if (!ecr.role_arn.empty()) {
    options.role = aws::Role{ecr.role_arn, ecr.role_session_name, ecr.external_id};
  }
  options.keys.metadata = url_of(ecr.metadata_url);
  options.keys.container = url_of(ecr.container_url);
  options.api = url_of(ecr.api_url);
  options.sts = url_of(ecr.sts_url);
  return options;
}

std::unique_ptr<CredentialSource> ecr(const config::Ecr& options, const CredentialGround& ground) {
  return std::make_unique<aws::EcrCredentials>(
      ecr_options(options),
      aws::AwsTools{ground.services, ground.direct, ground.clock,
                    [](const char* name) { return std::getenv(name); }, auth::run_program});
}

Made gcp(const config::Gcp& options, const CredentialGround& ground) {
  auto made = auth::GcpCredentials::create({options.metadata_url, options.service_account},
                                           ground.direct, ground.clock);
  if (!made.ok()) return made.error();
  return std::unique_ptr<CredentialSource>(*std::move(made));
}

auth::EntraOptions entra_options(const config::Acr& acr) {
  const bool is_workload = acr.identity == config::AcrIdentity::workload;
  auth::EntraOptions options;
  options.kind =
      is_workload ? auth::EntraOptions::Kind::workload : auth::EntraOptions::Kind::managed;
  options.client_id = acr.client_id;
  options.tenant = acr.tenant;
  options.token_file = acr.token_file;
  options.authority = acr.authority;
  options.resource = acr.resource;
  if (!acr.metadata_url.empty()) options.metadata_url = acr.metadata_url;
  return auth::with_environment(std::move(options));
}

Made acr(const config::Acr& options, const CredentialGround& ground) {
  auto made = auth::AcrCredentials::create({entra_options(options), options.registry_url},
                                           {ground.direct, ground.services}, ground.clock);
  if (!made.ok()) return made.error();
  return std::unique_ptr<CredentialSource>(*std::move(made));
}

// What a cloud lends is kept, and got anew before it ends.
Made renewed(std::string kind, Made made, const CredentialGround& ground) {
  if (!made.ok()) return made.error();
  return std::unique_ptr<CredentialSource>(std::make_unique<auth::RenewedCredentials>(
      std::move(kind), *std::move(made), ground.clock, ground.observer));
}

}  // namespace

Made upstream_credentials(const config::Auth& auth, const CredentialGround& ground) {
  switch (auth.kind) {
    case config::AuthKind::anonymous:
      return std::unique_ptr<CredentialSource>(std::make_unique<auth::AnonymousCredentials>());
    case config::AuthKind::basic:
      return basic(auth);
    case config::AuthKind::docker_config:
      return docker_config(auth.docker_config, ground.clock);
    case config::AuthKind::kubernetes_secret:
      return kubernetes_secret(auth.kubernetes_secret);
    case config::AuthKind::exec:
      return exec(auth.exec, ground.clock);
    case config::AuthKind::ecr:
      return renewed("ecr", ecr(auth.ecr, ground), ground);
    case config::AuthKind::gcp:
      return renewed("gcp", gcp(auth.gcp, ground), ground);
    case config::AuthKind::acr:
      return renewed("acr", acr(auth.acr, ground), ground);
  }
  return Error{Errc::invalid, "no such kind of auth"};
}

}  // namespace larder::cli
