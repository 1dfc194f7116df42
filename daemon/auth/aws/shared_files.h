// Keys from AWS's shared credentials and config files: of one profile.
#pragma once

#include <string>
#include <string_view>

#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/profile_keys.h"
#include "daemon/auth/aws/profiles.h"

namespace larder::aws {

// Thread-safety: any thread. Blocks: on disk, and as whom the profile leads to.
class SharedFilesKeys final : public KeyProvider {
 public:
  // The files are read anew each time. An empty `profile` is AWS_PROFILE, else "default".
  SharedFilesKeys(SharedFiles files, std::string profile, ProfileTools tools);
  std::string_view name() const override { return "shared files"; }
  // Returns: invalid when the profile was named by somebody and does not exist; as ProfileKeys and
  // load_profiles else.
  Result<Answer> keys(const Patience& patience) override;

 private:
  const SharedFiles files_;
  const std::string profile_;
  const ProfileTools tools_;
};

}  // namespace larder::aws
