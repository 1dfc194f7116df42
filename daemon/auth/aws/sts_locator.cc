#include "daemon/auth/aws/sts_locator.h"

namespace larder::aws {

namespace {

// What some set AWS_REGION to where they mean none in particular.
constexpr std::string_view kNoRegion = "aws-global";

}  // namespace

Result<StsEndpoint> StsLocator::find(const std::string& profile_region) const {
  std::string region;
  for (const std::string& one :
       {variable(environment, "AWS_REGION"), variable(environment, "AWS_DEFAULT_REGION"),
        profile_region, registry_region}) {
    if (region.empty() && one != kNoRegion) region = one;
  }
  if (url) return StsEndpoint{*url, region, http::Reach::anywhere};
  auto found = sts_api(region, variant);
  if (!found) return in_context("region \"" + region + "\"", found.error());
  return StsEndpoint{*found, region, http::Reach::public_only};
}

}  // namespace larder::aws
