// The names of ECR registries, and what they tell: account, region, which kind of endpoint.
//
// Names: those that AWS's own credential helper and kubelet plugin accept.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace larder::aws {

struct EcrHost {
  std::string account;  // 12 digits; empty for ECR Public
  std::string region;   // "eu-west-1"; for ECR Public the one whose API gives its tokens
  bool fips = false;
  bool dual_stack = false;
  bool is_public = false;

  bool operator==(const EcrHost&) const = default;
};

// An account's number: 12 digits.
inline constexpr std::size_t kAccountDigits = 12;
bool is_account(std::string_view text);

// `host` without port, in any case. Nothing when it is no registry of ECR.
std::optional<EcrHost> parse_ecr_host(std::string_view host);

}  // namespace larder::aws
