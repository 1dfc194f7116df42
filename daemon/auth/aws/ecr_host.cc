#include "daemon/auth/aws/ecr_host.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

constexpr std::string_view kPublicRegion = "us-east-1";

// What follows the region, of every partition.
constexpr std::array<std::string_view, 9> kSuffixes{
    "amazonaws.com",  "amazonaws.com.cn", "amazonaws.eu",
    "c2s.ic.gov",     "sc2s.sgov.gov",    "cloud.adc-e.uk",
    "csp.hci.ic.gov", "on.aws",           "on.amazonwebservices.com.cn"};

bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool is_region(std::string_view text) {
  return !text.empty() && http::is_alnum(text.front()) && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return http::is_alnum(c) || c == '-' || c == '_'; });
}

std::optional<EcrHost> parse_private(std::string_view host) {
  EcrHost parsed;
  parsed.account = host.substr(0, kAccountDigits);
  if (!is_account(parsed.account)) return std::nullopt;
  host.remove_prefix(kAccountDigits);

  if (!skip(host, ".dkr.ecr") && !skip(host, ".dkr-ecr")) return std::nullopt;
  parsed.fips = skip(host, "-fips");
  if (!skip(host, ".")) return std::nullopt;
  parsed.region = host.substr(0, host.find('.'));
  host.remove_prefix(std::min(parsed.region.size() + 1, host.size()));
  parsed.dual_stack = host.starts_with("on.");
  const bool known = std::find(kSuffixes.begin(), kSuffixes.end(), host) != kSuffixes.end();
  return known && is_region(parsed.region) ? std::optional(parsed) : std::nullopt;
}

}  // namespace

bool is_account(std::string_view text) {
  return text.size() == kAccountDigits && std::all_of(text.begin(), text.end(), http::is_digit);
}

std::optional<EcrHost> parse_ecr_host(std::string_view host) {
  const std::string lower = http::to_lower(host);
  const bool dual_stack = lower == "ecr-public.aws.com";
  if (lower != "public.ecr.aws" && !dual_stack) return parse_private(lower);
  EcrHost parsed;
  parsed.region = kPublicRegion;
  parsed.dual_stack = dual_stack;
  parsed.is_public = true;
  return parsed;
}

}  // namespace larder::aws
