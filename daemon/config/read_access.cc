#include "daemon/config/read_access.h"

#include <algorithm>
#include <utility>

namespace larder::config {

namespace {

bool anything(std::string_view) {
  return true;
}

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::all_of(text.begin(), text.end(), fits) && !(text[0] >= '0' && text[0] <= '9');
}

// RFC 7617: the first colon ends the user name.
bool is_username(std::string_view text) {
  return text.find(':') == text.npos;
}

bool comes_later(std::string_view kind) {
  constexpr std::string_view kLater[] = {
      "docker-config", "kubernetes-secret", "exec", "ecr", "gcp", "acr"};
  return std::find(std::begin(kLater), std::end(kLater), kind) != std::end(kLater);
}

std::optional<AuthKind> read_kind(Section& section) {
  const YamlNode* const kind = section.find("kind");
  if (kind == nullptr) {
    section.refuse("kind", "nothing", "anonymous or basic");
  } else if (kind->text == "anonymous") {
    return AuthKind::anonymous;
  } else if (kind->text == "basic") {
    return AuthKind::basic;
  } else if (comes_later(kind->text)) {
    section.refuse("kind", in_quotes(kind->text) + ", which is not available in this version",
                   "anonymous or basic");
  } else {
    section.refuse(*kind, "kind", "anonymous or basic");
  }
  return std::nullopt;
}

void refuse_inline_password(Section& section) {
  if (!section.has("password")) return;
  section.refuse("password", "a secret in the config",
                 "password_file or password_env: secrets come from a file or the environment");
}

void refuse_credentials(Section& section) {
  for (const std::string_view key : {"username", "password_file", "password_env"}) {
    if (section.has(key)) section.refuse(key, "a credential", "it only with kind: basic");
  }
  refuse_inline_password(section);
}

std::optional<Auth> read_auth(Section& parent) {
  std::optional<Section> section = parent.read_section("auth");
  if (!section) return std::nullopt;
  Auth auth;
  if (const std::optional<AuthKind> kind = read_kind(*section)) {
    auth.kind = *kind;
    if (auth.kind == AuthKind::basic) read_credential(*section, auth.username, auth.password);
    if (auth.kind == AuthKind::anonymous) refuse_credentials(*section);
  } else {
    for (const std::string_view key : {"username", "password_file", "password_env"}) {
      static_cast<void>(section->find(key));
    }
    refuse_inline_password(*section);
  }
  section->finish();
  return auth;
}

std::optional<std::string> read_path(Section& section, std::string_view key) {
  std::string path;
  section.read_text(key, "the path of a PEM file", anything, path);
  if (path.empty()) return std::nullopt;
  return path;
}

std::optional<ClientCertificate> read_client_certificate(Section& section) {
  auto certificate = read_path(section, "client_certificate");
  auto key = read_path(section, "client_key");
  if (section.has("client_certificate") != section.has("client_key")) {
    const bool has_key = section.has("client_key");
    section.refuse(has_key ? "client_certificate" : "client_key", "nothing",
                   has_key ? "the certificate of client_key" : "the key of client_certificate");
  }
  if (!certificate || !key) return std::nullopt;
  return ClientCertificate{*std::move(certificate), *std::move(key)};
}

}  // namespace

Access read_access(Section& section) {
  Access access;
  access.auth = read_auth(section);
  access.ca_file = read_path(section, "ca");
  access.client_certificate = read_client_certificate(section);
  access.proxy = read_proxy(section);
  return access;
}

void read_credential(Section& section, std::string& username, SecretPlace& password) {
  section.require("username", "a user name");
  section.read_text("username", "a user name without a colon", is_username, username);
  section.read_text("password_file", "the path of a file", anything, password.file);
  section.read_text("password_env", "the name of an environment variable", is_variable_name,
                    password.environment);
  const bool in_file = section.has("password_file");
  if (in_file && section.has("password_env")) {
    section.refuse("password_env", "both password_file and password_env", "one of them");
  } else if (!in_file && !section.has("password_env")) {
    section.refuse("password_file", "nothing", "password_file or password_env");
  }
  refuse_inline_password(section);
}

}  // namespace larder::config
