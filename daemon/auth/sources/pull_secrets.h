// Image pull secrets of Kubernetes: where they come from, and the credentials in them.
//
// Thread-safety: any thread. Blocks: on what gives the secrets, until the question's deadline.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/credential.h"

namespace larder::auth {

struct PullSecretName {
  std::string secret_namespace;
  std::string name;
};

struct PullSecret {
  std::string type;                         // "kubernetes.io/dockerconfigjson"
  std::map<std::string, std::string> data;  // by key, decoded; secret
};

class PullSecrets {
 public:
  virtual ~PullSecrets() = default;
  // Returns: not_found when there is no such secret; denied when we may not read it; upstream_down,
  // timeout or cancelled when nobody could be asked.
  virtual Result<PullSecret> secret(const PullSecretName& name,
                                    const CredentialQuestion& question) = 0;
};

// Secrets that are mounted as folders: ROOT/NAMESPACE/NAME/.dockerconfigjson or .dockercfg, without
// NAMESPACE when a name has none. Read at each use: kubelet replaces them when they change.
class MountedPullSecrets final : public PullSecrets {
 public:
  explicit MountedPullSecrets(std::filesystem::path root) : root_(std::move(root)) {}
  // Returns: invalid for a name that Kubernetes would not take.
  Result<PullSecret> secret(const PullSecretName& name,
                            const CredentialQuestion& question) override;

 private:
  const std::filesystem::path root_;
};

// As kubelet's keyring: only username, password and auth count in a secret, and no helper is run.
class PullSecretCredentials final : public CredentialSource {
 public:
  // `secrets` must outlive this.
  PullSecretCredentials(PullSecrets& secrets, std::vector<PullSecretName> names)
      : secrets_(secrets), names_(std::move(names)) {}

  // From all the secrets, the most specific first. Returns: why one could not be had, or makes no
  // sense, when no other has a credential.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  PullSecrets& secrets_;
  const std::vector<PullSecretName> names_;
};

}  // namespace larder::auth
