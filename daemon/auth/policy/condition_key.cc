#include "daemon/auth/policy/condition_key.h"

#include <array>

#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

struct KeyInfo {
  std::string_view name;
  KeyType type;
};

// In the order of ConditionKey.
constexpr std::array kKeys{
    KeyInfo{"registry:SourceIp", KeyType::address},
    KeyInfo{"registry:Listener", KeyType::text},
    KeyInfo{"registry:CurrentTime", KeyType::time},
    KeyInfo{"registry:SecureTransport", KeyType::boolean},
    KeyInfo{"registry:Subject", KeyType::text},
    KeyInfo{"registry:SubjectKind", KeyType::text},
    KeyInfo{"registry:Issuer", KeyType::text},
    KeyInfo{"registry:Namespace", KeyType::text},
    KeyInfo{"registry:ServiceAccount", KeyType::text},
    KeyInfo{"registry:Groups", KeyType::texts},
    KeyInfo{"registry:Upstream", KeyType::text},
    KeyInfo{"registry:Repository", KeyType::text},
};
static_assert(kKeys.size() == static_cast<std::size_t>(ConditionKey::repository) + 1);

// In the order of SubjectKind.
constexpr std::array<std::string_view, 5> kKinds{"anonymous", "user", "service-account", "oidc",
                                                 "certificate"};

std::string_view upstream_of(std::string_view resource) {
  return resource.substr(0, resource.find('/'));
}

std::string_view repository_of(std::string_view resource) {
  const std::size_t slash = resource.find('/');
  return slash == resource.npos ? std::string_view() : resource.substr(slash + 1);
}

}  // namespace

std::string_view to_string(SubjectKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<SubjectKind> find_subject_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (name == kKinds[i]) return static_cast<SubjectKind>(i);
  }
  return std::nullopt;
}

std::optional<ConditionKey> find_condition_key(std::string_view name) {
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    if (http::equals_ignoring_case(name, kKeys[i].name)) return static_cast<ConditionKey>(i);
  }
  return std::nullopt;
}

std::string_view to_string(ConditionKey key) {
  return kKeys.at(static_cast<std::size_t>(key)).name;
}

KeyType type_of(ConditionKey key) {
  return kKeys.at(static_cast<std::size_t>(key)).type;
}

std::string names_of_condition_keys(std::optional<KeyType> type) {
  std::string names;
  for (const KeyInfo& key : kKeys) {
    if (type && key.type != *type) continue;
    names.append(names.empty() ? "" : ", ").append(key.name);
  }
  return names;
}

std::string_view text_of(const PolicyRequest& request, ConditionKey key) {
  switch (key) {
    case ConditionKey::listener:
      return request.listener;
    case ConditionKey::subject:
      return request.subject;
    case ConditionKey::subject_kind:
      return to_string(request.kind);
    case ConditionKey::issuer:
      return request.issuer;
    case ConditionKey::kube_namespace:
      return request.kube_namespace;
    case ConditionKey::service_account:
      return request.service_account;
    case ConditionKey::upstream:
      return upstream_of(request.resource);
    case ConditionKey::repository:
      return repository_of(request.resource);
    case ConditionKey::source_ip:
    case ConditionKey::current_time:
    case ConditionKey::secure_transport:
    case ConditionKey::groups:
      break;
  }
  return {};
}

bool is_missing(const PolicyRequest& request, ConditionKey key) {
  switch (type_of(key)) {
    case KeyType::text:
      return text_of(request, key).empty();
    case KeyType::texts:
      return request.groups.empty();
    case KeyType::address:
      return !request.source_ip.has_value();
    case KeyType::time:
    case KeyType::boolean:
      break;
  }
  return false;
}

}  // namespace larder::policy
