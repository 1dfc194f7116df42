#include "daemon/auth/tokens/own_claims.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "daemon/auth/tokens/claims.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

using nlohmann::json;

constexpr const char* kSubjectClaim = "larder";

std::int64_t numeric_date(WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

json access_json(const std::vector<Access>& accesses) {
  auto list = json::array();
  for (const auto& access : accesses) {
    json one{{"type", access.type}, {"name", access.name}, {"actions", access.actions}};
    if (!access.class_name.empty()) one["class"] = access.class_name;
    list.push_back(std::move(one));
  }
  return list;
}

// The members of a Subject that are text, by the name they have in a token.
constexpr std::pair<const char*, std::string Subject::*> kSubjectTexts[] = {
    {"issuer", &Subject::issuer},
    {"namespace", &Subject::namespace_name},
    {"service_account", &Subject::service_account},
    {"pod", &Subject::pod},
    {"node", &Subject::node},
    {"realm", &Subject::realm},
    {"stamp", &Subject::stamp},
};

json subject_json(const Subject& subject) {
  json object{{"kind", std::string(to_string(subject.kind))}};
  for (const auto& [name, member] : kSubjectTexts) {
    if (!(subject.*member).empty()) object[name] = subject.*member;
  }
  if (!subject.groups.empty()) object["groups"] = subject.groups;
  return object;
}

Error unfit_claims() {
  return {Errc::invalid, "token: claims that are not Larder's"};
}

Result<Subject> parse_subject(const json& object) {
  const auto found = object.find(kSubjectClaim);
  if (found == object.end() || !found->is_object()) return unfit_claims();
  const auto kind_name = text_member(*found, "kind");
  const auto kind = kind_name ? parse_subject_kind(*kind_name) : std::nullopt;
  auto groups = texts_member(*found, "groups", kGroupsMax);
  if (!kind || !groups) return unfit_claims();
  Subject subject;
  subject.kind = *kind;
  subject.groups = std::move(*groups);
  for (const auto& [name, member] : kSubjectTexts) {
    auto text = text_member(*found, name);
    if (!text) return unfit_claims();
    subject.*member = std::move(*text);
  }
  return subject;
}

Result<std::vector<Access>> parse_access(const json& object) {
  const auto list = object.find("access");
  if (list == object.end() || !list->is_array()) return unfit_claims();
  std::vector<Access> accesses;
  for (const auto& one : *list) {
    if (!one.is_object()) return unfit_claims();
    auto type = text_member(one, "type");
    auto class_name = text_member(one, "class");
    auto name = text_member(one, "name");
    auto actions = texts_member(one, "actions");
    if (!type || !class_name || !name || !actions) return unfit_claims();
    accesses.push_back(
        {std::move(*type), std::move(*class_name), std::move(*name), std::move(*actions)});
  }
  return accesses;
}

}  // namespace

std::string own_claims_text(const OwnClaims& claims) {
  return json_text({{"iss", claims.issuer},
                    {"sub", claims.subject.name},
                    {"aud", claims.audience},
                    {"exp", numeric_date(claims.expires)},
                    {"nbf", numeric_date(claims.not_before)},
                    {"iat", numeric_date(claims.issued_at)},
                    {"jti", claims.id},
                    {"access", access_json(claims.access)},
                    {kSubjectClaim, subject_json(claims.subject)}});
}

Result<OwnClaims> parse_own_claims(std::string_view payload) {
  auto standard = parse_claims(payload);
  if (!standard) return standard.error();
  const auto object = parse_strict_object(payload, kTokenBytesMax);
  if (!object) return object.error();
  auto subject = parse_subject(*object);
  auto access = parse_access(*object);
  if (!subject) return subject.error();
  if (!access) return access.error();
  if (!standard->expires || !standard->not_before || !standard->issued_at) return unfit_claims();
  if (standard->audiences.size() != 1) return unfit_claims();
  subject->name = standard->subject;
  return OwnClaims{
      standard->issuer,      standard->audiences.front(), std::move(*subject), std::move(*access),
      *standard->not_before, *standard->issued_at,        *standard->expires,  standard->id};
}

}  // namespace larder::tokens
