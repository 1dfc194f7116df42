// The part of a service account token that is Kubernetes' own: the claim `kubernetes.io`.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::tokens {

struct ServiceAccount {
  std::string namespace_name;
  std::string name;
  std::string pod{};   // empty: not bound to one
  std::string node{};  // empty: not bound, or from before Kubernetes 1.30

  // "system:serviceaccount:shop:web"
  std::string subject() const;
  bool operator==(const ServiceAccount&) const = default;
};

// Returns: invalid for a payload without the claim, as legacy tokens are, or with names that no
// object of Kubernetes can have.
Result<ServiceAccount> parse_service_account(std::string_view payload);

}  // namespace larder::tokens
