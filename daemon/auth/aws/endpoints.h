// Where the APIs of ECR and STS are, by region and partition.
//
// Source: the endpoint rule sets and partitions of botocore's service data.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/url.h"

namespace larder::aws {

// Which of a service's endpoints are meant.
struct Variant {
  bool fips = false;
  bool dual_stack = false;
};

// Returns, all of them: invalid when `region` cannot be one: not 1 to 63 letters, digits, - and _.
Result<http::Url> ecr_api(std::string_view region, Variant variant);
Result<http::Url> ecr_public_api(std::string_view region, Variant variant);
// "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com": the account's registry there.
Result<std::string> ecr_registry(std::string_view account, std::string_view region);
// The regional endpoint. STS has FIPS endpoints in the USA only; elsewhere it is the ordinary one.
Result<http::Url> sts_api(std::string_view region, Variant variant);

}  // namespace larder::aws
