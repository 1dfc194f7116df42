// What conditions and policy variables may ask of a request.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/auth/policy/request.h"

namespace larder::policy {

enum class ConditionKey : std::uint8_t {
  source_ip,
  listener,
  current_time,
  secure_transport,
  subject,
  subject_kind,
  issuer,
  kube_namespace,
  service_account,
  groups,
  upstream,
  repository,
};

inline constexpr std::size_t kConditionKeyCount = 12;

// What a key's value is, and so which operators it goes with.
enum class KeyType : std::uint8_t { text, texts, address, time, boolean };

// By its name, in whatever case: "registry:SourceIp".
std::optional<ConditionKey> find_condition_key(std::string_view name);

std::string_view to_string(ConditionKey key);
KeyType type_of(ConditionKey key);

// "registry:Listener, registry:Subject, ..": those of a type, or all of them.
std::string names_of_condition_keys(std::optional<KeyType> type = std::nullopt);

// A request, and its values for keys looked up once for all statements that ask for them.
struct Facts {
  // `from` must outlive them.
  explicit Facts(const PolicyRequest& from);

  // The value of a key of KeyType::text; empty when the request has none.
  std::string_view text_of(ConditionKey key) const { return texts[static_cast<std::size_t>(key)]; }
  // Whether the request has no value for it.
  bool is_missing(ConditionKey key) const {
    return (missing >> static_cast<unsigned>(key) & 1U) != 0;
  }

  const PolicyRequest& request;
  std::array<std::string_view, kConditionKeyCount> texts;
  unsigned missing = 0;  // a bit for each key
};

}  // namespace larder::policy
