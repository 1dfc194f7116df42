// The parts of the configuration that are about credentials, as values (docs/configuration.md).
//
// None of them holds a secret: what is secret is named by its place.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

using Milliseconds = std::chrono::milliseconds;

// A secret's place; never the secret.
struct SecretPlace {
  std::string file{};         // read at use, trailing newline dropped
  std::string environment{};  // name of the variable
  bool operator==(const SecretPlace&) const = default;
};

enum class AuthKind { anonymous, basic, docker_config, kubernetes_secret, exec, ecr, gcp, acr };
// As in the file: "docker-config".
std::string_view to_string(AuthKind kind);

// NAME=value; not for secrets.
struct Variable {
  std::string name;
  std::string value;
  bool operator==(const Variable&) const = default;
};

// kind docker-config. All paths here and below are absolute.
struct DockerConfig {
  std::string file;
  std::vector<std::string> helper_directories{"/usr/local/bin", "/usr/bin"};
  std::vector<Variable> env{};  // of the helpers
  bool operator==(const DockerConfig&) const = default;
};

// kind kubernetes-secret: secrets mounted as files below a directory
struct KubernetesSecret {
  std::string directory;
  // NAME or NAMESPACE/NAME. Empty: the directory is one secret, and called as one may be.
  std::vector<std::string> secrets{};
  bool operator==(const KubernetesSecret&) const = default;
};

// kind exec: a kubelet credential provider plugin
struct ExecPlugin {
  std::string command;
  std::vector<std::string> args{};
  std::vector<Variable> env{};
  std::vector<std::string> match_images{};  // empty: every image of the upstream
  Milliseconds default_cache_duration{0};
  bool operator==(const ExecPlugin&) const = default;
};

// kind ecr; all of it may be left out, URLs too
struct Ecr {
  std::string region{};   // in place of the one that the registry's host names
  std::string profile{};  // of the shared files; never with an access key
  std::string role_arn{};
  std::string role_session_name{};  // with a role
  std::string external_id{};        // with a role
  std::string access_key_id{};      // not secret; with a secret_access_key, or neither
  SecretPlace secret_access_key{};
  SecretPlace session_token{};  // perhaps, with an access key
  std::string api_url{};
  std::string sts_url{};
  std::string metadata_url{};
  std::string container_url{};
  bool operator==(const Ecr&) const = default;
};

// kind gcp
struct Gcp {
  std::string service_account = "default";
  std::string metadata_url{};
  bool operator==(const Gcp&) const = default;
};

enum class AcrIdentity { managed, workload };

// kind acr
struct Acr {
  AcrIdentity identity = AcrIdentity::managed;
  std::string client_id{};
  std::string tenant{};
  std::string token_file{};    // workload
  std::string authority{};     // workload: a URL
  std::string resource{};      // a URL
  std::string metadata_url{};  // managed
  std::string registry_url{};
  bool operator==(const Acr&) const = default;
};

struct Auth {
  AuthKind kind = AuthKind::anonymous;
  std::string username{};  // basic
  SecretPlace password{};  // basic: password_file or password_env
  // Hosts of token servers that may see the credential, besides those that belong to the upstream:
  // lower case, without ports.
  std::vector<std::string> realms{};
  DockerConfig docker_config{};
  KubernetesSecret kubernetes_secret{};
  ExecPlugin exec{};
  Ecr ecr{};
  Gcp gcp{};
  Acr acr{};
  bool operator==(const Auth&) const = default;
};

enum class ListenerAuth {
  none,      // whoever reaches it may pull
  tenant,    // what upstream gives them, or everybody
  required,  // with a token of ours
};
std::string_view to_string(ListenerAuth auth);

struct TokenKeys {
  std::string file{};  // empty: auth/keys.json in the cache's directory
  bool read_only = false;
  Milliseconds rotation = std::chrono::hours(30 * 24);  // not for keys that are only read
  bool operator==(const TokenKeys&) const = default;
};

// An OIDC issuer whose tokens are exchanged for ours.
struct TokenIssuer {
  std::string name{};    // differs from the others'
  std::string issuer{};  // `iss`, exactly
  std::vector<std::string> audiences{};
  bool kubernetes = false;  // service accounts' tokens, and no others
  // kubernetes: this node's name, or the variable that holds it. A token bound to a pod on another
  // node is refused.
  std::string node{};
  std::string node_env{};
  std::string jwks_file{};  // or, over the network, one of the next or what `issuer` itself says
  std::string jwks_url{};
  std::string discovery_url{};
  std::string ca_file{};
  std::string bearer_token_file{};
  bool operator==(const TokenIssuer&) const = default;
};

struct TenantGrants {
  Milliseconds ttl = std::chrono::minutes(15);
  Milliseconds grace = std::chrono::hours(24);
  bool operator==(const TenantGrants&) const = default;
};

// What clients of the listeners get, and what for.
struct Tokens {
  std::string issuer = "larder";   // `iss`, the same on all nodes that share the keys
  std::string service = "larder";  // `aud`
  Milliseconds lifetime = std::chrono::minutes(5);
  bool with_certificate = false;  // for registries that take no JWKS
  TokenKeys keys{};
  std::string htpasswd_file{};     // empty: no passwords are taken
  std::string access_keys_file{};  // empty: the ECR API takes no signatures
  bool anonymous = false;          // at listeners with auth required: tokens for who proves nothing
  std::vector<TokenIssuer> issuers{};
  TenantGrants grants{};
  bool operator==(const Tokens&) const = default;
};

}  // namespace larder::config
