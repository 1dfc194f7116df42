// The profiles of AWS's shared files, both files taken together.
//
// Thread-safety: functions of their arguments. Blocks: load_profiles() on disk.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/ini.h"

namespace larder::aws {

struct SharedFiles {
  std::filesystem::path credentials;  // empty: there is none
  std::filesystem::path config;
};

// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else ~/.aws/credentials and ~/.aws/config.
SharedFiles shared_files_of(const Environment& environment);

using Profiles = std::map<std::string, Properties>;

// What the credentials file says of a profile counts more than what the config file says. In the
// config file a profile is named [profile NAME], or [default]; other sections are left out.
Profiles merge_profiles(const Sections& credentials, const Sections& config);

// Files that do not exist hold nothing. Returns: denied, io or invalid, naming the file, when one
// cannot be read.
Result<Profiles> load_profiles(const SharedFiles& files);

// Empty when it is not there.
std::string property(const Properties& properties, std::string_view name);

}  // namespace larder::aws
