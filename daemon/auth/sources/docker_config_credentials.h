// Credentials from a Docker config file and the helpers it names.
//
// Thread-safety: any thread. Blocks: on the file, and on the helper until the question's deadline.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/sources/credential_helper.h"

namespace larder::auth {

class DockerConfigCredentials final : public CredentialSource {
 public:
  // A `file` whose name ends in .dockercfg has the older form. It is read at each use. `clock` must
  // outlive the source.
  DockerConfigCredentials(std::filesystem::path file, CredentialHelpers helpers,
                          const Clock& clock);

  // What the image's helper has (the entry of credHelpers that fits best, else credsStore), then
  // the entries of auths for it.
  // Returns: not_found, denied or io when the file cannot be read; invalid when it makes no sense;
  // as ask_credential_helper.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  const std::filesystem::path file_;
  const CredentialHelpers helpers_;
  const Clock& clock_;
};

}  // namespace larder::auth
