#include "daemon/auth/tokens/service_account.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/strict_json.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kNameBytesMax = 253;

Error unfit_account(const char* what) {
  return {Errc::invalid, std::string("token: ") + what};
}

// RFC 1123: what names of objects are made of.
bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return http::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
         });
}

// The name of the object under `member`; empty when there is none.
Result<std::string> object_name(const nlohmann::json& claim, const char* member) {
  const auto found = claim.find(member);
  if (found == claim.end()) return std::string();
  if (!found->is_object()) return unfit_account("a kubernetes.io claim of another form");
  auto name = text_member(*found, "name");
  if (!name || !is_name(*name)) return unfit_account("a name that is none in Kubernetes");
  return name;
}

}  // namespace

std::string ServiceAccount::subject() const {
  return "system:serviceaccount:" + namespace_name + ":" + name;
}

Result<ServiceAccount> parse_service_account(std::string_view payload) {
  const auto object = parse_strict_object(payload, kTokenBytesMax);
  if (!object) return object.error();
  const auto claim = object->find("kubernetes.io");
  if (claim == object->end() || !claim->is_object()) return unfit_account("no kubernetes.io claim");
  auto namespace_name = text_member(*claim, "namespace");
  auto name = object_name(*claim, "serviceaccount");
  auto pod = object_name(*claim, "pod");
  auto node = object_name(*claim, "node");
  if (!name) return name.error();
  if (!pod) return pod.error();
  if (!node) return node.error();
  if (!namespace_name || !is_name(*namespace_name) || name->empty()) {
    return unfit_account("no namespace or service account");
  }
  return ServiceAccount{std::move(*namespace_name), std::move(*name), std::move(*pod),
                        std::move(*node)};
}

}  // namespace larder::tokens
