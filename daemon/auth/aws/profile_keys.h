// What a profile leads to: keys that stand in it, a program, a role for another profile's keys.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/auth/aws/credential_process.h"
#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/profiles.h"
#include "daemon/auth/aws/sts.h"
#include "daemon/auth/aws/sts_locator.h"
#include "daemon/http/client.h"

namespace larder::aws {

// What profiles need besides themselves. The references outlive whoever has it.
struct ProfileTools {
  // What credential_source names: "Environment", "EcsContainer", "Ec2InstanceMetadata"; nullptr for
  // all else.
  using MakeSource = std::function<std::unique_ptr<KeyProvider>(std::string_view source)>;

  http::Client& client;
  const Clock& clock;
  StsLocator sts;
  RunProgram run;
  MakeSource make_source;
};

// Finds the keys of one profile. Its settings count in this order: role_arn, with
// web_identity_token_file, source_profile or credential_source; aws_access_key_id;
// credential_process.
// Thread-safety: one thread at a time. Blocks: as whom it asks.
class ProfileKeys {
 public:
  // All must outlive it.
  ProfileKeys(const Profiles& profiles, const ProfileTools& tools, const Patience& patience);

  // Returns: an answer without keys when the profile has no such setting; invalid for settings that
  // contradict one another, a loop of source profiles, or IAM Identity Center and MFA, which need a
  // person; as Sts, read_token_file and keys_of_process else.
  Result<Answer> find(const std::string& name);

 private:
  Result<Answer> assume(const std::string& name, const Properties& profile);
  Result<Answer> base_keys(const std::string& name, const Properties& profile);
  Result<Answer> source_keys(const std::string& source);
  Result<Answer> own_keys(const std::string& name, const Properties& profile);

  const Profiles& profiles_;
  const ProfileTools& tools_;
  const Patience& patience_;
  std::vector<std::string> trail_;  // profiles whose keys are being looked for, outermost first
};

}  // namespace larder::aws
