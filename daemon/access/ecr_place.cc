#include "daemon/access/ecr_place.h"

#include <algorithm>
#include <string_view>

#include "daemon/auth/aws/ecr_host.h"
#include "daemon/auth/aws/endpoints.h"
#include "daemon/http/ascii.h"
#include "daemon/upstream/upstreams.h"

namespace larder::access {

namespace {

constexpr std::string_view kPublicService = "ecr-public";
constexpr std::string_view kPublicRegistry = "public.ecr.aws";
constexpr std::string_view kAnyAccount = "000000000000";

std::string host_of(const http::Request& request) {
  const std::string_view host = request.headers.find("Host").value_or("");
  const auto bracket = host.rfind(']');
  const auto from = bracket == std::string_view::npos ? 0 : bracket;
  return http::to_lower(host.substr(0, host.find(':', from)));
}

bool is_of_aws(std::string_view host) {
  constexpr std::string_view kSuffixes[] = {".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu",
                                            ".api.aws",       ".ecr.aws",          ".on.aws"};
  return std::any_of(std::begin(kSuffixes), std::end(kSuffixes),
                     [host](auto suffix) { return host.ends_with(suffix); });
}

bool is_api_of(std::string_view host, const aws::SigningScope& scope) {
  const auto api = scope.service == kPublicService ? aws::ecr_public_api : aws::ecr_api;
  for (const bool fips : {false, true}) {
    for (const bool dual_stack : {false, true}) {
      const auto url = api(scope.region, {fips, dual_stack});
      if (url.ok() && url->host == host) return true;
    }
  }
  return false;
}

// Whether the pattern is, or covers, a registry or the API of the scope's region.
bool is_in_region(const std::string& pattern, const aws::SigningScope& scope) {
  const auto covers = [&](std::string_view host) { return upstream::host_matches(pattern, host); };
  if (scope.service == kPublicService) return covers(kPublicRegistry) || is_api_of(pattern, scope);
  const auto own = aws::parse_ecr_host(pattern);
  if (own && own->region == scope.region) return true;
  const auto registry = aws::ecr_registry(kAnyAccount, scope.region);
  return is_api_of(pattern, scope) ||
         (registry.ok() && covers(std::string_view(*registry).substr(registry->rfind('/') + 1)));
}

}  // namespace

Status check_place(const http::Request& request, const aws::SigningScope& scope,
                   const std::vector<std::string>& hosts) {
  const std::string host = host_of(request);
  const auto is_any = [&](const auto& fits) {
    return std::any_of(hosts.begin(), hosts.end(), fits);
  };
  const bool is_api = is_api_of(host, scope);
  const bool stands_for_region =
      is_any([&](const std::string& pattern) { return is_in_region(pattern, scope); });
  if (is_of_aws(host)) {
    const bool is_named =
        is_any([&](const std::string& pattern) { return upstream::host_matches(pattern, host); });
    if (!is_named && !(is_api && stands_for_region)) {
      return Error{Errc::denied, "signed for " + host + ", which this endpoint does not stand for"};
    }
    if (host.find("." + scope.region + ".") != std::string::npos) return {};
    return Error{Errc::denied, "Credential should be scoped to the region of " + host};
  }
  const bool names_regions =
      scope.service != kPublicService &&
      is_any([](const std::string& pattern) { return pattern.find(".ecr") != std::string::npos; });
  if (!names_regions || stands_for_region) return {};
  return Error{Errc::denied,
               "Credential should be scoped to a region of this endpoint, not " + scope.region};
}

}  // namespace larder::access
