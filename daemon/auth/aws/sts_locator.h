// Which STS is asked: one the operator named, or that of the region Larder runs in.
#pragma once

#include <optional>
#include <string>

#include "cache/base/result.h"
#include "daemon/auth/aws/endpoints.h"
#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/sts.h"

namespace larder::aws {

struct StsLocator {
  Environment environment;
  std::optional<http::Url> url{};  // an interface endpoint, written by the operator
  std::string registry_region{};   // when nothing says where Larder runs
  Variant variant{};               // as the registry's

  // The region: AWS_REGION, AWS_DEFAULT_REGION, `profile_region`, the registry's; always a regional
  // endpoint. Returns: invalid when that is no region.
  Result<StsEndpoint> find(const std::string& profile_region = "") const;
};

}  // namespace larder::aws
