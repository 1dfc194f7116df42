#include "daemon/config/read_auth.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/config/names.h"
#include "daemon/config/shapes.h"
#include "daemon/config/urls.h"

namespace larder::config {

namespace {

constexpr std::array<std::pair<std::string_view, AuthKind>, 8> kKinds{{
    {"anonymous", AuthKind::anonymous},
    {"basic", AuthKind::basic},
    {"docker-config", AuthKind::docker_config},
    {"kubernetes-secret", AuthKind::kubernetes_secret},
    {"exec", AuthKind::exec},
    {"ecr", AuthKind::ecr},
    {"gcp", AuthKind::gcp},
    {"acr", AuthKind::acr},
}};
constexpr std::string_view kKindNames =
    "anonymous, basic, docker-config, kubernetes-secret, exec, ecr, gcp or acr";

// RFC 7617: the first colon ends the user name.
bool is_username(std::string_view text) {
  return text.find(':') == text.npos;
}

bool is_realm(std::string_view text) {
  return is_portless_host_pattern(text) && text.find_first_of("*[") == text.npos;
}

constexpr SecretKeys kPassword{"password", "password_file", "password_env", anything};
constexpr TextsShape kRealms{
    "a list of hosts", "the host of a token server such as auth.example, without a port", is_realm};

std::optional<AuthKind> read_kind(Section& section) {
  const YamlNode* const node = section.find("kind");
  if (node == nullptr) {
    section.refuse("kind", "nothing", kKindNames);
    return std::nullopt;
  }
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& one) {
    return node->kind == YamlNode::Kind::scalar && one.first == node->text;
  });
  if (kind != kKinds.end()) return kind->second;
  section.refuse(*node, "kind", kKindNames);
  return std::nullopt;
}

// Hosts of URLs are compared in lower case.
void read_realms(Section& section, std::vector<std::string>& realms) {
  section.read_texts("realms", kRealms, realms);
  for (std::string& realm : realms) {
    std::transform(realm.begin(), realm.end(), realm.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  }
}

void refuse_credentials(Section& section) {
  for (const std::string_view key : {"username", "password_file", "password_env"}) {
    if (section.has(key)) section.refuse(key, "a credential", "it only with kind: basic");
  }
  refuse_inline(section, kPassword);
}

void read_kinds_own(Section& section, Auth& auth) {
  switch (auth.kind) {
    case AuthKind::anonymous:
      return refuse_credentials(section);
    case AuthKind::basic:
      return read_credential(section, auth.username, auth.password);
    case AuthKind::docker_config:
      auth.docker_config = read_docker_config(section);
      return;
    case AuthKind::kubernetes_secret:
      auth.kubernetes_secret = read_kubernetes_secret(section);
      return;
    case AuthKind::exec:
      auth.exec = read_exec(section);
      return;
    case AuthKind::ecr:
      auth.ecr = read_ecr(section);
      return;
    case AuthKind::gcp:
      auth.gcp = read_gcp(section);
      return;
    case AuthKind::acr:
      auth.acr = read_acr(section);
      return;
  }
}

}  // namespace

std::string_view to_string(AuthKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].first;
}

std::optional<Auth> read_auth(Section& parent) {
  std::optional<Section> section = parent.read_section("auth");
  if (!section) return std::nullopt;
  Auth auth;
  const std::optional<AuthKind> kind = read_kind(*section);
  if (!kind) {
    // Which other keys are known cannot be told.
    refuse_inline(*section, kPassword);
    return auth;
  }
  auth.kind = *kind;
  read_realms(*section, auth.realms);
  read_kinds_own(*section, auth);
  section->finish();
  return auth;
}

void read_credential(Section& section, std::string& username, SecretPlace& password) {
  section.require("username", "a user name");
  // Not shown: with a colon it is likely to be user:password.
  section.read_unshown("username", "a user name without a colon", is_username, username);
  read_secret(section, kPassword, password);
  if (!section.has("password_file") && !section.has("password_env")) {
    section.refuse("password_file", "nothing", "password_file or password_env");
  }
}

void read_secret(Section& section, const SecretKeys& keys, SecretPlace& into) {
  const std::string_view path =
      keys.fits == is_absolute_path ? "the absolute path of a file" : "the path of a file";
  section.read_unshown(keys.file, path, keys.fits, into.file);
  section.read_unshown(keys.environment, "the name of an environment variable", is_variable_name,
                       into.environment);
  if (section.has(keys.file) && section.has(keys.environment)) {
    section.refuse(keys.environment,
                   "both " + std::string(keys.file) + " and " + std::string(keys.environment),
                   "one of them");
  }
  refuse_inline(section, keys);
}

void refuse_inline(Section& section, const SecretKeys& keys) {
  if (!section.has(keys.inline_one)) return;
  section.refuse(keys.inline_one, "a secret in the config",
                 std::string(keys.file) + " or " + std::string(keys.environment) +
                     ": secrets come from a file or the environment");
}

void read_absolute_path(Section& section, std::string_view key, std::string& into) {
  section.read_text(key, "an absolute path, without / at its end", is_absolute_path, into);
}

void read_service_url(Section& section, std::string_view key, std::string& into) {
  constexpr std::string_view kShape =
      "a URL: http:// or https://, a host, perhaps a port and a path";
  const YamlNode* const node = section.find(key);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::scalar) return section.refuse(*node, key, kShape);
  if (const auto fault = service_fault(node->text)) return section.refuse(key, *fault, kShape);
  into = node->text;
}

void refuse_idle(Section& section, std::string_view key, std::string_view expected) {
  if (section.has(key)) section.refuse(key, "a setting that has no effect here", expected);
}

}  // namespace larder::config
