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
static_assert(kKeys.size() == kConditionKeyCount);

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

bool has_no_value(const Facts& facts, ConditionKey key) {
  switch (type_of(key)) {
    case KeyType::text:
      return facts.text_of(key).empty();
    case KeyType::texts:
      return facts.request.groups.empty();
    case KeyType::address:
      return !facts.request.source_ip.has_value();
    case KeyType::time:
    case KeyType::boolean:
      break;
  }
  return false;
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

Facts::Facts(const PolicyRequest& from) : request(from) {
  const auto text = [this](ConditionKey key) -> std::string_view& {
    return texts[static_cast<std::size_t>(key)];
  };
  text(ConditionKey::listener) = from.listener;
  text(ConditionKey::subject) = from.subject;
  text(ConditionKey::subject_kind) = to_string(from.kind);
  text(ConditionKey::issuer) = from.issuer;
  text(ConditionKey::kube_namespace) = from.kube_namespace;
  text(ConditionKey::service_account) = from.service_account;
  text(ConditionKey::upstream) = upstream_of(from.resource);
  text(ConditionKey::repository) = repository_of(from.resource);
  for (std::size_t i = 0; i < kConditionKeyCount; ++i) {
    if (has_no_value(*this, static_cast<ConditionKey>(i))) missing |= 1U << i;
  }
}

}  // namespace larder::policy
