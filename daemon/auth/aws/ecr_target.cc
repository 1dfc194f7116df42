#include "daemon/auth/aws/ecr_target.h"

#include "daemon/auth/aws/ecr_host.h"

namespace larder::aws {

namespace {

constexpr std::string_view kPrivateOperation =
    "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
constexpr std::string_view kPublicOperation = "SpencerFrontendService.GetAuthorizationToken";

std::string_view without_port(std::string_view host) {
  return host.substr(0, host.find(':'));
}

Result<http::Url> api_of(const EcrHost& host) {
  const Variant variant{host.fips, host.dual_stack};
  return host.is_public ? ecr_public_api(host.region, variant) : ecr_api(host.region, variant);
}

}  // namespace

Result<EcrTarget> ecr_target(std::string_view host, const std::string& region,
                             const std::optional<http::Url>& api) {
  auto parsed = parse_ecr_host(without_port(host));
  if (!parsed && region.empty()) {
    return Error{Errc::invalid,
                 std::string(host) + " is no registry of ECR, and no region is configured"};
  }
  if (!parsed) parsed = EcrHost();
  if (!region.empty()) parsed->region = region;

  const auto regional = api_of(*parsed);
  if (!regional) return in_context("region \"" + parsed->region + "\"", regional.error());
  EcrTarget target;
  target.url = api.value_or(*regional);
  target.reach = api ? http::Reach::anywhere : http::Reach::public_only;
  target.scope = {parsed->region, parsed->is_public ? "ecr-public" : "ecr"};
  target.operation = parsed->is_public ? kPublicOperation : kPrivateOperation;
  target.variant = {parsed->fips, parsed->dual_stack};
  return target;
}

http::ClientRequest authorization_request(const EcrTarget& target) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = target.url;
  request.reach = target.reach;
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", target.operation);
  request.body = "{}";
  return request;
}

}  // namespace larder::aws
