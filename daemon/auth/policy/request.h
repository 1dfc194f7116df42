// What a policy is asked about: who wants to do what, with which repository, from where and when.
//
// A value for one question: texts and groups belong to the asker and must outlive the answer. An
// empty text means that the request has no such value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "daemon/auth/policy/action.h"
#include "daemon/auth/policy/address.h"

namespace larder::policy {

// How a subject has proved who it is.
enum class SubjectKind : std::uint8_t { anonymous, user, service_account, oidc, certificate };

// "anonymous", "user", "service-account", "oidc", "certificate".
std::string_view to_string(SubjectKind kind);
std::optional<SubjectKind> find_subject_kind(std::string_view name);

struct PolicyRequest {
  Action action = Action::pull;
  std::string_view resource{};  // upstream host, "/", repository: "docker.io/library/redis"
  SubjectKind kind = SubjectKind::anonymous;
  std::string_view subject{};          // "alice"; as in a token's sub
  std::string_view issuer{};           // its name in the config, of a token's subject
  std::string_view kube_namespace{};   // "shop"
  std::string_view service_account{};  // "shop/web"
  std::span<const std::string> groups{};
  std::string_view listener{};
  std::optional<IpAddress> source_ip{};  // nothing: a unix socket
  bool is_secure = false;                // TLS
  // Whether it is only asked if there is a place from where, and a way by which, it would be
  // allowed: statements that allow are taken to fit those, and others not to.
  bool is_from_anywhere = false;
  WallTime time{};
};

}  // namespace larder::policy
