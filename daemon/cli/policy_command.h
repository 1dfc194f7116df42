// `larder policy test` and `larder policy check`: what a policy says, before it is in force.
//
// Thread-safety: one thread at a time. Blocks: on disk and stdout.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/output.h"

namespace larder::cli {

// As given: empty means not given.
struct PolicyOptions {
  std::string file;
  std::string subject;
  std::string subject_kind;  // "user", ..; empty: as the rest suggests
  std::string issuer;
  std::string kube_namespace;
  std::string service_account;  // "shop/web", or "web" with a namespace
  std::vector<std::string> groups;
  std::string action;
  std::string resource;
  std::string listener;
  std::string source_ip;
  std::string time;  // empty: now
  bool is_secure = false;
  Output output = Output::text;
};

// What `larder policy test` ends with besides kExitOk, which says that the policy allows it.
inline constexpr int kExitDenied = 3;

// Each returns the exit status.
int test_policy(const PolicyOptions& options);
int check_policy(const PolicyOptions& options);

}  // namespace larder::cli
