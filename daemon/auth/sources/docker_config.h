// Docker's config.json and its older form .dockercfg: which credential is for which images.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/sources/image_pattern.h"

namespace larder::auth {

inline constexpr std::size_t kDockerConfigBytesMax = 1 << 20;

enum class DockerConfigForm {
  config_json,  // {"auths": {...}, "credHelpers": {...}, "credsStore": "..."}
  dockercfg,    // what is in "auths", alone
};

enum class DockerConfigFields {
  all,
  of_kubelet,  // username, password and auth: what an image pull secret may say
};

struct DockerConfig {
  // An error is of one entry, and hurts only those that ask for its images.
  ByImage<Result<Credential>> auths;
  ByImage<std::string> helpers;  // "ecr-login", for a program named docker-credential-ecr-login
  std::string helper_of_others;  // empty: none
};

// `auth` outranks username and password beside it, as for Docker and kubelet. What has a registry
// token or an identity token has no use for them. Entries without any of these are left out:
// Docker writes one for each registry whose credential is in a helper.
// Returns: invalid when the text is no such document, larger than kDockerConfigBytesMax or has more
// than 1,024 entries. Errors have no secret.
Result<DockerConfig> parse_docker_config(std::string_view text, DockerConfigForm form,
                                         DockerConfigFields fields);

// The credentials for `image` in the order to try them, 16 at most.
// Returns: invalid when there are entries for it, and none makes sense.
Result<std::vector<Credential>> find_credentials(const ByImage<Result<Credential>>& auths,
                                                 const ImageLocation& image);

}  // namespace larder::auth
