#include "daemon/cli/listener_access.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "cache/base/small_file.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/tokens/secret_file.h"

namespace larder::cli {

namespace {

constexpr const char* kGrantsNote = "grants";
constexpr const char* kContentsNote = "repository_contents";
constexpr std::chrono::seconds kSaveEvery{10};
constexpr std::size_t kTenantKeyBytes = 32;

// A tenant's credential is kept while his tokens may be in use.
constexpr std::chrono::minutes kTenantIdle{15};

// Tokens of the two kinds of listeners are never good at the other: what proves a tenant is checked
// only when it is used.
tokens::TokenRules rules_for(const config::Tokens& tokens, config::ListenerAuth auth) {
  const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(tokens.lifetime);
  const bool is_tenant = auth == config::ListenerAuth::tenant;
  tokens::TokenRules rules;
  rules.issuer = tokens.issuer;
  rules.service = tokens.service + (is_tenant ? "-tenant" : "");
  rules.lifetime = lifetime;
  rules.with_certificate = tokens.with_certificate;
  return rules;
}

// The key of tenants' ids, made on the first start.
Result<std::string> tenant_key(const std::filesystem::path& file) {
  auto key = read_small_file(file, kTenantKeyBytes);
  if (key.ok() && key->size() == kTenantKeyBytes) return key;
  if (!key.ok() && key.error().code != Errc::not_found) return key;
  const std::string made = auth::random_bytes(kTenantKeyBytes);
  Status written = tokens::write_secret_file(file, made);
  if (!written.ok()) return written.error();
  return made;
}

// Without a node's name tokens of pods on all nodes are good: a variable that is not there must not
// come to that.
Result<std::string> node_of(const config::TokenIssuer& issuer) {
  if (issuer.node_env.empty()) return issuer.node;
  const char* name = std::getenv(issuer.node_env.c_str());
  if (name != nullptr && *name != 0) return std::string(name);
  return Error{Errc::invalid,
               "node_env names the variable " + issuer.node_env + ", which is empty"};
}

access::PolicyMode mode_of(config::PolicyMode mode) {
  return mode == config::PolicyMode::dry_run ? access::PolicyMode::dry_run
                                             : access::PolicyMode::enforced;
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  }
  if (!failure) return {};
  return from_errno("make " + folder.string(), failure.value());
}

}  // namespace

// One listener that checks who asks.
struct ListenerAccess::Gated {
  config::ListenerAuth auth;
  std::unique_ptr<access::ListenerPolicy> policy;
  std::optional<tokens::TokenIssuer> issuer;
  std::optional<tokens::TokenVerifier> verifier;
  std::optional<tokens::IdentityTokens> identities;
  std::optional<access::EcrApi> ecr;
  std::unique_ptr<registry::AccessGate> gate;
  std::optional<tokens::TokenService> service;
  std::optional<access::ListenerFront> front;
};

struct ListenerAccess::Issuer {
  std::unique_ptr<tokens::JwksSource> source;
  std::optional<tokens::IssuerKeys> keys;
  std::optional<tokens::OidcIssuer> issuer;
};

ListenerAccess::ListenerAccess(const config::Config& config, const AccessGround& ground)
    : config_(config),
      ground_(ground),
      folder_(config.cache.path / "auth"),
      local_tokens_(ground.clock, ground.observer),
      used_signatures_(ground.clock) {}

ListenerAccess::~ListenerAccess() = default;

Result<std::unique_ptr<ListenerAccess>> ListenerAccess::open(const config::Config& config,
                                                             const AccessGround& ground) {
  std::unique_ptr<ListenerAccess> access(new ListenerAccess(config, ground));
  const auto uses = [&](config::ListenerAuth auth) {
    return std::any_of(config.listeners.begin(), config.listeners.end(),
                       [auth](const auto& one) { return one.auth == auth; });
  };
  const bool has_tenants = uses(config::ListenerAuth::tenant);
  const bool has_tokens = has_tenants || uses(config::ListenerAuth::required);
  Status opened = has_tokens ? access->open_keys() : Status();
  if (opened.ok() && has_tenants) opened = access->open_tenants();
  if (opened.ok() && uses(config::ListenerAuth::required)) opened = access->open_proofs();
  for (const auto& listener : config.listeners) {
    if (opened.ok()) opened = access->add_listener(listener);
  }
  if (!opened.ok()) return opened.error();
  return access;
}

Status ListenerAccess::open_keys() {
  const auto& options = config_.tokens.keys;
  if (Status made = make_folder(folder_); !made.ok()) return made;
  tokens::SigningKeysOptions keys;
  keys.file = options.file.empty() ? folder_ / "keys.json" : std::filesystem::path(options.file);
  keys.read_only = options.read_only;
  keys.rotation.period = std::chrono::duration_cast<std::chrono::seconds>(options.rotation);
  auto opened = tokens::SigningKeys::open(std::move(keys), ground_.clock);
  if (!opened.ok()) return in_context("token keys", opened.error());
  keys_ = *std::move(opened);
  return {};
}

Status ListenerAccess::open_tenants() {
  auto key = tenant_key(folder_ / "tenants.key");
  if (!key.ok()) return in_context("the key of tenants' ids", key.error());
  const auto& rules = config_.tokens.grants;
  grants_.emplace(access::GrantRules{rules.ttl, rules.grace}, ground_.clock);
  // Lost with a damaged index, they are found out again.
  const auto note = ground_.index.find_note(kGrantsNote);
  if (note.ok() && *note) grants_->load(**note);
  tenants_.emplace(*std::move(key), kTenantIdle, ground_.clock);
  contents_.emplace(ground_.clock);
  const auto contents = ground_.index.find_note(kContentsNote);
  if (contents.ok() && *contents) contents_->load(**contents);
  limits_.emplace(ground_.clock);
  return {};
}

Status ListenerAccess::open_proofs() {
  const auto& tokens = config_.tokens;
  if (!tokens.htpasswd_file.empty()) {
    auto opened = tokens::PasswordFile::open({.file = tokens.htpasswd_file}, ground_.clock);
    if (!opened.ok()) return in_context("tokens.htpasswd", opened.error());
    passwords_ = *std::move(opened);
  }
  if (!tokens.access_keys_file.empty()) {
    auto opened = tokens::AccessKeyFile::open(tokens.access_keys_file, ground_.clock);
    if (!opened.ok()) return in_context("tokens.access_keys", opened.error());
    access_keys_ = *std::move(opened);
  }
  std::vector<tokens::OidcIssuer*> issuers;
  for (const auto& issuer : tokens.issuers) {
    if (Status added = add_issuer(issuer); !added.ok()) {
      return in_context("token issuer " + issuer.name, added.error());
    }
    issuers.push_back(&*issuers_.back()->issuer);
  }
  oidc_.emplace(std::move(issuers));
  return {};
}

Status ListenerAccess::add_issuer(const config::TokenIssuer& issuer) {
  auto made = std::make_unique<Issuer>();
  if (!issuer.jwks_file.empty()) {
    made->source = std::make_unique<tokens::FileJwks>(issuer.jwks_file);
  } else {
    Access reached;
    reached.ca_file = issuer.ca_file;
    const auto client = ground_.clients.find_or_make(reached);
    if (!client.ok()) return client.error();
    auto source = tokens::HttpJwks::create(
        {issuer.issuer, issuer.jwks_url, issuer.discovery_url, issuer.bearer_token_file}, **client);
    if (!source.ok()) return source.error();
    made->source = *std::move(source);
  }
  made->keys.emplace(tokens::IssuerKeysRules{}, *made->source, ground_.clock);
  tokens::OidcRules rules;
  rules.name = issuer.name;
  rules.issuer = issuer.issuer;
  rules.audiences = issuer.audiences;
  rules.kubernetes = issuer.kubernetes;
  const auto node = node_of(issuer);
  if (!node.ok()) return node.error();
  rules.node = *node;
  made->issuer.emplace(std::move(rules), *made->keys, ground_.clock);
  issuers_.push_back(std::move(made));
  return {};
}

Status ListenerAccess::add_listener(const config::Listener& listener) {
  if (listener.auth == config::ListenerAuth::none && listener.policy_file.empty()) return {};
  std::unique_ptr<policy::PolicyFile> file;
  if (!listener.policy_file.empty()) {
    auto opened = policy::PolicyFile::open(listener.policy_file, ground_.clock, ground_.observer);
    if (!opened.ok()) return in_context("listener " + listener.name, opened.error());
    file = *std::move(opened);
  }
  auto gated = std::make_unique<Gated>();
  gated->auth = listener.auth;
  gated->policy =
      std::make_unique<access::ListenerPolicy>(listener.name, std::move(file), ground_.clock,
                                               ground_.observer, mode_of(listener.policy_mode));
  if (listener.auth == config::ListenerAuth::none) {
    gated->gate = std::make_unique<access::PolicyGate>(*gated->policy, ground_.clock);
  } else {
    const auto rules = rules_for(config_.tokens, listener.auth);
    gated->issuer.emplace(rules, *keys_, ground_.clock);
    gated->verifier.emplace(rules, *keys_, ground_.clock);
    const bool is_tenant = listener.auth == config::ListenerAuth::tenant;
    is_tenant ? add_tenant_gate(*gated) : add_token_gate(listener.name, *gated);
    if (!listener.hosts.empty()) add_ecr_api(listener.hosts, *gated);
  }
  gated_[listener.name] = std::move(gated);
  return {};
}

void ListenerAccess::add_token_gate(const std::string& listener, Gated& gated) {
  local_tokens_.add(listener, gated.issuer->rules(), *keys_, *gated.policy);
  const auto& tokens = config_.tokens;
  gated.identities.emplace(*gated.verifier, access_keys_.get(), tokens.anonymous);
  const bool has_other_proofs =
      passwords_ != nullptr || !issuers_.empty() || access_keys_ != nullptr || tokens.anonymous;
  gated.gate = std::make_unique<access::TokenGate>(
      access::TokenGateParts{*gated.verifier, *gated.identities, *gated.policy, ground_.clock,
                             ground_.observer, gated.issuer->rules().service, has_other_proofs});
  gated.service.emplace(tokens::TokenServiceOptions{.anonymous = tokens.anonymous,
                                                    .certificates = true,
                                                    .passwords = passwords_.get(),
                                                    .issuers = &*oidc_,
                                                    .identities = &*gated.identities},
                        *gated.issuer, *gated.verifier, *gated.policy, ground_.observer);
}

void ListenerAccess::add_tenant_gate(Gated& gated) {
  gated.gate = std::make_unique<access::TenantGate>(access::TenantGateParts{
      *grants_, *tenants_, *contents_, *limits_, prober_, *gated.verifier, *gated.policy,
      ground_.clock, ground_.observer, gated.issuer->rules().service, config_.deadlines.manifest,
      config_.tokens.grants.ttl, config_.offline});
  gated.service.emplace(tokens::TokenServiceOptions{.anonymous = true, .passwords = &*tenants_},
                        *gated.issuer, *gated.verifier, *gated.policy, ground_.observer);
}

void ListenerAccess::add_ecr_api(const std::vector<std::string>& hosts, Gated& gated) {
  access::EcrApiParts parts{
      .clock = ground_.clock, .observer = ground_.observer, .used = used_signatures_};
  parts.hosts = hosts;
  if (gated.auth == config::ListenerAuth::required) {
    parts.issuer = &*gated.issuer;
    parts.access_keys = access_keys_.get();
    parts.anonymous = config_.tokens.anonymous;
  }
  gated.ecr.emplace(std::move(parts));
}

registry::AccessGates ListenerAccess::gates() const {
  registry::AccessGates gates;
  for (const auto& [name, gated] : gated_) gates[name] = gated->gate.get();
  return gates;
}

http::Handler& ListenerAccess::front(const std::string& listener, http::Handler& registry) {
  const auto found = gated_.find(listener);
  if (found == gated_.end() || !found->second->service) return registry;
  auto& gated = *found->second;
  return gated.front.emplace(*gated.service, *keys_, gated.ecr ? &*gated.ecr : nullptr, registry);
}

void ListenerAccess::maintain() {
  const auto tell = [this](const char* what, const Status& status) {
    if (!status.ok()) ground_.observer.access_trouble(what, status.error());
  };
  if (keys_ != nullptr) tell("token keys", keys_->maintain());
  if (passwords_ != nullptr) tell("htpasswd", passwords_->maintain());
  if (access_keys_ != nullptr) tell("access keys", access_keys_->maintain());
  if (tenants_) tenants_->maintain();
  for (const auto& [name, gated] : gated_) gated->policy->maintain();
  if (ground_.clock.now() - saved_ >= kSaveEvery) save();
}

void ListenerAccess::save() {
  saved_ = ground_.clock.now();
  if (grants_) save(kGrantsNote, *grants_);
  if (contents_) save(kContentsNote, *contents_);
}

template <class T>
void ListenerAccess::save(const char* note, T& known) {
  if (!known.take_changed()) return;
  const Status kept = ground_.index.put_note(note, known.text());
  if (kept.ok()) return;
  known.give_back_changed();
  ground_.observer.access_trouble(note, kept.error());
}

}  // namespace larder::cli
