// `auth` of an upstream or of an endpoint: by which credential it is pulled from. Each kind has
// keys of its own (docs/auth-sources.md, docs/auth-ecr.md); a key of another kind is unknown.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/auth.h"
#include "daemon/config/section.h"

namespace larder::config {

// Nothing when absent.
std::optional<Auth> read_auth(Section& parent);

// What only one kind has.
DockerConfig read_docker_config(Section& section);
KubernetesSecret read_kubernetes_secret(Section& section);
ExecPlugin read_exec(Section& section);
Ecr read_ecr(Section& section);
Gcp read_gcp(Section& section);
Acr read_acr(Section& section);

// `username` with one of `password_file` and `password_env`; a `password` is refused.
void read_credential(Section& section, std::string& username, SecretPlace& password);

// The keys of a secret: the one that must not be there, and those of its places.
struct SecretKeys {
  std::string_view inline_one;     // "password"
  std::string_view file;           // "password_file"
  std::string_view environment;    // "password_env"
  bool (*fits)(std::string_view);  // whether a path does
};
// One place or none.
void read_secret(Section& section, const SecretKeys& keys, SecretPlace& into);
// The secret itself is refused, and not repeated.
void refuse_inline(Section& section, const SecretKeys& keys);

void read_absolute_path(Section& section, std::string_view key, std::string& into);
// http:// or https://, a host, perhaps a port and a path.
void read_service_url(Section& section, std::string_view key, std::string& into);
// A key that says nothing beside the others: `expected` says when it would.
void refuse_idle(Section& section, std::string_view key, std::string_view expected);

}  // namespace larder::config
