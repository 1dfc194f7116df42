// What the listeners that check who asks stand on: keys, proofs of identity, grants, policies.
//
// Thread-safety: any thread; maintain() and save() one at a time. Blocks: open(), maintain() and
// save() on disk and the index.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/index.h"
#include "cache/store.h"
#include "daemon/access/access_observer.h"
#include "daemon/access/listener_front.h"
#include "daemon/access/local_tokens.h"
#include "daemon/access/tenant_gate.h"
#include "daemon/access/token_gate.h"
#include "daemon/auth/tokens/access_key_file.h"
#include "daemon/auth/tokens/oidc_issuer.h"
#include "daemon/auth/tokens/password_file.h"
#include "daemon/cli/clients.h"
#include "daemon/config/config.h"

namespace larder::cli {

// All must outlive what is made of it.
struct AccessGround {
  Clients& clients;
  cache::Index& index;
  cache::Store& store;
  Clock& clock;
  access::AccessObserver& observer;
};

class ListenerAccess {
 public:
  // Returns: what stands in the way, naming the file.
  static Result<std::unique_ptr<ListenerAccess>> open(const config::Config& config,
                                                      const AccessGround& ground);

  ~ListenerAccess();

  registry::AccessGates gates() const;
  // What the listener answers with: `registry` itself where nobody is asked who he is. Until then
  // no request may come.
  http::Handler& front(const std::string& listener, http::Handler& registry);

  access::LocalTokens& local_tokens() { return local_tokens_; }

  // Once a second.
  void maintain();
  // What is to survive a restart.
  void save();

 private:
  struct Gated;
  struct Issuer;

  ListenerAccess(const config::Config& config, const AccessGround& ground);

  Status open_keys();
  Status open_tenants();
  Status open_proofs();
  Status add_issuer(const config::TokenIssuer& issuer);
  Status add_listener(const config::Listener& listener);
  void add_token_gate(const std::string& listener, Gated& gated);
  void add_tenant_gate(Gated& gated);
  void add_ecr_api(const std::vector<std::string>& hosts, Gated& gated);
  template <class T>
  void save(const char* note, T& known);

  const config::Config& config_;
  const AccessGround ground_;
  const std::filesystem::path folder_;

  std::unique_ptr<tokens::SigningKeys> keys_;
  std::unique_ptr<tokens::PasswordFile> passwords_;
  std::unique_ptr<tokens::AccessKeyFile> access_keys_;
  std::vector<std::unique_ptr<Issuer>> issuers_;
  std::optional<tokens::OidcIssuers> oidc_;
  std::optional<access::Grants> grants_;
  std::optional<access::Tenants> tenants_;
  std::optional<access::RepositoryContents> contents_;
  std::optional<access::ProbeLimits> limits_;
  access::UpstreamProber prober_;
  access::LocalTokens local_tokens_;
  access::UsedSignatures used_signatures_;
  std::map<std::string, std::unique_ptr<Gated>> gated_;  // by the listener's name
  MonoTime saved_{};
};

}  // namespace larder::cli
