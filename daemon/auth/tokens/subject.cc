#include "daemon/auth/tokens/subject.h"

#include <array>
#include <utility>

namespace larder::tokens {

namespace {

constexpr std::array<std::pair<Subject::Kind, std::string_view>, 6> kKinds{{
    {Subject::Kind::anonymous, "anonymous"},
    {Subject::Kind::user, "user"},
    {Subject::Kind::service_account, "service-account"},
    {Subject::Kind::oidc, "oidc"},
    {Subject::Kind::certificate, "certificate"},
    {Subject::Kind::tenant, "tenant"},
}};

}  // namespace

std::string_view to_string(Subject::Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)].second;
}

std::optional<Subject::Kind> parse_subject_kind(std::string_view name) {
  for (const auto& [kind, own] : kKinds) {
    if (own == name) return kind;
  }
  return std::nullopt;
}

}  // namespace larder::tokens
