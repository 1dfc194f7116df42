// Tenants of the node: whoever shows a name and password to a listener that checks them with the
// image's upstream.
//
// The token endpoint cannot know yet what they are worth, so it takes any; what they may have is
// found out when they ask for it (tenant_gate.h). A tenant is known by a keyed hash of what he
// showed; the credential itself is kept in memory alone, while it is used.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/auth/exchanger.h"
#include "daemon/auth/tokens/password_checker.h"

namespace larder::access {

class Tenants final : public tokens::PasswordChecker {
 public:
  static constexpr std::size_t kTenantsMax = 4096;

  // `key`: for the hash, secret, the same after a restart. A credential is forgotten when it was
  // not used for `idle`. `clock` must outlive this.
  Tenants(std::string key, Duration idle, const Clock& clock)
      : key_(std::move(key)), idle_(idle), clock_(clock) {}

  // The subject's name is the tenant's id. Returns: denied for an empty or an oversized password.
  Result<tokens::Subject> check(const tokens::PasswordQuestion& question) override;
  // None: a tenant shows his credential each time.
  std::optional<std::string> stamp(const std::string&) override { return std::nullopt; }

  // Nothing when he was not seen since the start, or for too long.
  std::shared_ptr<const auth::Tenant> find(const std::string& id);

  // Once a second or so: credentials that were not used for long are forgotten.
  void maintain();

  // Upstream gave him something. When there are too many tenants, the others go first.
  void note_proven(const std::string& id);
  bool is_proven(const std::string& id) const;

 private:
  struct Seen {
    std::shared_ptr<const auth::Tenant> tenant;  // shared with the requests in his name
    MonoTime used;
    bool is_proven = false;
  };

  std::string id_of(const tokens::PasswordQuestion& question) const;
  void make_room() REQUIRES(mutex_);
  void forget_idle() REQUIRES(mutex_);

  const std::string key_;
  const Duration idle_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, Seen> seen_ GUARDED_BY(mutex_);
};

}  // namespace larder::access
