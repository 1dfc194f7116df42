#include "daemon/auth/aws/shared_files.h"

#include <utility>

namespace larder::aws {

namespace {

constexpr std::string_view kDefaultProfile = "default";

}  // namespace

SharedFilesKeys::SharedFilesKeys(SharedFiles files, std::string profile, ProfileTools tools)
    : files_(std::move(files)), profile_(std::move(profile)), tools_(std::move(tools)) {}

Result<Answer> SharedFilesKeys::keys(const Patience& patience) {
  const auto profiles = load_profiles(files_);
  if (!profiles) return profiles.error();
  std::string name = profile_;
  if (name.empty()) name = variable(tools_.sts.environment, "AWS_PROFILE");
  if (name.empty() && profiles->count(std::string(kDefaultProfile)) == 0) {
    return Answer::not_configured("there is no default profile");
  }
  if (name.empty()) name = kDefaultProfile;
  return ProfileKeys(*profiles, tools_, patience).find(name);
}

}  // namespace larder::aws
