// The request that the options of `larder policy test` describe.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>

#include "cache/base/result.h"
#include "daemon/auth/policy/request.h"
#include "daemon/cli/policy_command.h"

namespace larder::cli {

// Owns what its request refers to, so it stays where it is.
class PolicyQuestion {
 public:
  explicit PolicyQuestion(const PolicyOptions& options) : options_(options) {}
  PolicyQuestion(const PolicyQuestion&) = delete;
  PolicyQuestion& operator=(const PolicyQuestion&) = delete;

  // What the options leave out is taken from what they say: a service account is in a namespace
  // and has a subject, a subject of Kubernetes' form is a service account, any other one a user.
  // Returns: invalid, naming the option. The result is valid while this lives.
  Result<policy::PolicyRequest> request();

 private:
  Status read_subject();
  Status read_kind(policy::PolicyRequest& request) const;

  PolicyOptions options_;
};

}  // namespace larder::cli
