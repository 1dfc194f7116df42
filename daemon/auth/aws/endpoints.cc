#include "daemon/auth/aws/endpoints.h"

#include <algorithm>
#include <array>

#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

struct Partition {
  std::string_view region_prefix;
  std::string_view suffix;
  std::string_view dual_stack_suffix;
};

constexpr std::array<Partition, 8> kPartitions{{
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-gov-", "amazonaws.com", "api.aws"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"", "amazonaws.com", "api.aws"},
}};

const Partition& partition_of(std::string_view region) {
  return *std::find_if(kPartitions.begin(), kPartitions.end(),
                       [&](const Partition& one) { return region.starts_with(one.region_prefix); });
}

bool is_gov(std::string_view region) {
  return region.starts_with("us-gov-");
}

bool is_in_usa(std::string_view region) {
  return region.starts_with("us-east-") || region.starts_with("us-west-");
}

Result<http::Url> url(std::string_view service, std::string_view region, std::string_view suffix) {
  const bool valid = !region.empty() && region.size() <= 63 &&
                     std::all_of(region.begin(), region.end(),
                                 [](char c) { return http::is_alnum(c) || c == '-' || c == '_'; });
  if (!valid) return Error{Errc::invalid, "not a region"};
  return http::Url::parse(std::string("https://")
                              .append(service)
                              .append(".")
                              .append(region)
                              .append(".")
                              .append(suffix));
}

}  // namespace

Result<http::Url> ecr_api(std::string_view region, Variant variant) {
  const auto& partition = partition_of(region);
  if (variant.dual_stack) {
    return url(variant.fips ? "ecr-fips" : "ecr", region, partition.dual_stack_suffix);
  }
  return url(variant.fips ? "api.ecr-fips" : "api.ecr", region, partition.suffix);
}

Result<http::Url> ecr_public_api(std::string_view region, Variant variant) {
  const auto& partition = partition_of(region);
  if (variant.dual_stack) return url("ecr-public", region, partition.dual_stack_suffix);
  return url("api.ecr-public", region, partition.suffix);
}

Result<std::string> ecr_registry(std::string_view account, std::string_view region) {
  const auto registry = url(std::string(account) + ".dkr.ecr", region, partition_of(region).suffix);
  if (!registry.ok()) return registry.error();
  return "https://" + registry->authority();
}

Result<http::Url> sts_api(std::string_view region, Variant variant) {
  const auto& partition = partition_of(region);
  // GovCloud's ordinary endpoint is the FIPS one, but for dual-stack.
  const bool has_fips = is_gov(region) ? variant.dual_stack : is_in_usa(region);
  const std::string_view service = variant.fips && has_fips ? "sts-fips" : "sts";
  return url(service, region, variant.dual_stack ? partition.dual_stack_suffix : partition.suffix);
}

}  // namespace larder::aws
