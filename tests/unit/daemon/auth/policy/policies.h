// Policies for tests: whole ones from text, and of one statement from what differs from a plain
// one.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "daemon/auth/policy/policy.h"

namespace larder::policy {

inline Policy parsed(std::string_view json) {
  Result<Policy> policy = parse_policy(json, "p.json");
  if (policy.ok()) return *std::move(policy);
  ADD_FAILURE() << policy.error().context;
  return {};
}

// What is wrong with a policy; empty when nothing is.
inline std::string problems_of(std::string_view json) {
  const Result<Policy> policy = parse_policy(json, "p.json");
  return policy.ok() ? "" : policy.error().context;
}

// A policy of one statement that allows everybody everything, changed as `changes` say (RFC 7396:
// null takes an element away).
inline std::string one_statement(std::string_view changes) {
  auto document = nlohmann::json::parse(R"({"Version": "2012-10-17", "Statement": {
      "Effect": "Allow", "Principal": "*", "Action": "registry:*", "Resource": "*"}})");
  document["Statement"].merge_patch(nlohmann::json::parse(changes));
  return document.dump();
}

inline bool allows(std::string_view changes, const PolicyRequest& request) {
  return decide(parsed(one_statement(changes)), request).is_allowed();
}

// The same statement, denying beside one that allows everything.
inline bool denies(std::string_view changes, const PolicyRequest& request) {
  auto document = nlohmann::json::parse(one_statement(changes));
  auto deny = document["Statement"];
  deny["Effect"] = "Deny";
  document["Statement"] = {nlohmann::json::parse(one_statement("{}"))["Statement"], deny};
  return decide(parsed(document.dump()), request).verdict == Verdict::denied;
}

// alice, a user in two groups, pulls docker.io/library/redis from 10.1.2.3 over TLS.
inline const std::string kGroupsOfAlice[] = {"dev", "ops"};

inline PolicyRequest alice_pulls() {
  return {.resource = "docker.io/library/redis",
          .kind = SubjectKind::user,
          .subject = "alice",
          .groups = kGroupsOfAlice,
          .listener = "node",
          .source_ip = parse_address("10.1.2.3"),
          .is_secure = true,
          .time = WallTime(std::chrono::seconds(1'700'000'000))};  // 2023-11-14T22:13:20Z
}

// A pod of shop's service account web.
inline PolicyRequest web_pulls() {
  PolicyRequest request = alice_pulls();
  request.kind = SubjectKind::service_account;
  request.subject = "system:serviceaccount:shop:web";
  request.issuer = "cluster";
  request.kube_namespace = "shop";
  request.service_account = "shop/web";
  request.groups = {};
  return request;
}

// Nobody, through a unix socket.
inline PolicyRequest nobody_pulls() {
  return {.resource = "docker.io/library/redis"};
}

}  // namespace larder::policy
