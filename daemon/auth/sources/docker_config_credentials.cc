#include "daemon/auth/sources/docker_config_credentials.h"

#include <algorithm>
#include <utility>

#include "cache/base/small_file.h"
#include "daemon/auth/sources/docker_config.h"

namespace larder::auth {

namespace {

Result<DockerConfig> read_config(const std::filesystem::path& file) {
  const auto text = read_small_file(file, kDockerConfigBytesMax);
  if (!text) return text.error();
  const auto form = file.string().ends_with(".dockercfg") ? DockerConfigForm::dockercfg
                                                          : DockerConfigForm::config_json;
  auto config = parse_docker_config(*text, form, DockerConfigFields::all);
  return config ? std::move(config) : in_context(file.string(), config.error());
}

// Under this name Docker's clients store what is for the Hub.
std::string key_in_helper(const CredentialQuestion& question, const ImageLocation& image) {
  const bool is_hub = image.port.empty() && image.host == std::vector<std::string>{"docker", "io"};
  return is_hub ? "https://index.docker.io/v1/" : question.host;
}

}  // namespace

DockerConfigCredentials::DockerConfigCredentials(std::filesystem::path file,
                                                 CredentialHelpers helpers, const Clock& clock)
    : file_(std::move(file)), helpers_(std::move(helpers)), clock_(clock) {}

Result<std::vector<Credential>> DockerConfigCredentials::credentials(
    const CredentialQuestion& question) {
  const auto config = read_config(file_);
  if (!config) return config.error();
  const auto image = location_of(question);
  auto written = find_credentials(config->auths, image);
  if (!written) written = in_context(file_.string(), written.error());
  const auto own_helpers = config->helpers.matching(image);
  const auto& helper = own_helpers.empty() ? config->helper_of_others : own_helpers.front();
  if (helper.empty()) return written;

  const auto kept =
      ask_credential_helper(helpers_, helper, key_in_helper(question, image), question, clock_);
  if (!kept) return in_context(file_.string(), kept.error());
  if (!*kept) return written;
  std::vector<Credential> all{**kept};
  if (written) all.insert(all.end(), written->begin(), written->end());
  return all;
}

}  // namespace larder::auth
