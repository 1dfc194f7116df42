#include "daemon/auth/sources/plugin_protocol.h"

#include <utility>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/sources/go_duration.h"

namespace larder::auth {

namespace {

using nlohmann::json;

constexpr std::string_view kGroup = "credentialprovider.kubelet.k8s.io/";
constexpr std::size_t kAnswerCredentialsMax = 1024;

Error bad_answer(const std::string& what) {
  return {Errc::upstream_down, "plugin answer: " + what};
}

bool is_known_version(std::string_view version) {
  if (!version.starts_with(kGroup)) return false;
  version.remove_prefix(kGroup.size());
  return version == "v1" || version == "v1beta1" || version == "v1alpha1";
}

std::optional<PluginCacheKey> cache_key(const std::string& name) {
  if (name == "Image") return PluginCacheKey::image;
  if (name == "Registry") return PluginCacheKey::registry;
  if (name == "Global") return PluginCacheKey::global;
  return std::nullopt;
}

// Status of a plain null is good, too: the plugin leaves it to others.
Status read_auth(const json& auth, PluginAnswer& answer) {
  if (auth.is_null()) return {};
  if (!auth.is_object()) return bad_answer("auth is no object");
  if (auth.size() > kAnswerCredentialsMax) return bad_answer("more than 1,024 credentials");
  for (const auto& [key, entry] : auth.items()) {
    const auto pattern = ImagePattern::parse(key);
    if (!pattern) continue;
    auto username = string_at(entry, "username");
    auto password = string_at(entry, "password");
    if (username.empty() || password.empty()) {
      answer.auth.add(*pattern, bad_answer(pattern->str() + " has no username and password"));
    } else {
      answer.auth.add(*pattern,
                      Credential{.username = std::move(username), .password = std::move(password)});
    }
  }
  return {};
}

Status read_cache_duration(const json& duration, PluginAnswer& answer) {
  if (duration.is_null()) return {};
  if (duration.is_string()) {
    answer.cache_duration = parse_go_duration(duration.get_ref<const std::string&>());
  }
  return answer.cache_duration ? Status() : bad_answer("cacheDuration is no duration");
}

}  // namespace

std::string plugin_request(const std::string& image) {
  const json request{{"apiVersion", std::string(kGroup) + "v1"},
                     {"kind", "CredentialProviderRequest"},
                     {"image", image}};
  return request.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

Result<PluginAnswer> parse_plugin_answer(std::string_view output) {
  const json document = parse_bounded_json(output, kPluginAnswerBytesMax);
  if (!document.is_object()) return bad_answer("no JSON object");
  if (string_at(document, "kind") != "CredentialProviderResponse" ||
      !is_known_version(string_at(document, "apiVersion"))) {
    return bad_answer("no CredentialProviderResponse of a known version");
  }
  const auto key = cache_key(string_at(document, "cacheKeyType"));
  if (!key) return bad_answer("cacheKeyType is none of Image, Registry, Global");
  PluginAnswer answer;
  answer.key = *key;
  auto good = read_cache_duration(member_at(document, "cacheDuration"), answer);
  if (good) good = read_auth(member_at(document, "auth"), answer);
  if (!good) return good.error();
  return answer;
}

}  // namespace larder::auth
