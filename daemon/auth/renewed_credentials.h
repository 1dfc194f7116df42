// A credential that somebody lends for a while (a cloud's registry token), asked for once and got
// anew before it ends (Renewals).
//
// Thread-safety: any thread. Blocks: credentials() on the source while there is none, renew_due()
// on the source.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/renewals.h"

namespace larder::auth {

class RenewedCredentials final : public CredentialSource {
 public:
  // `kind`: for the observer ("ecr"). `source` gives one credential, with its end; it is asked
  // without a repository: it is one for all. `clock` and `observer` must outlive this.
  RenewedCredentials(std::string kind, std::unique_ptr<CredentialSource> source, Clock& clock,
                     RenewalObserver& observer);

  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;
  bool wants_renewal() const override { return renewals_.wants_renewal(); }
  void renew_due(const std::stop_token& stop) override;
  std::vector<RenewalFacts> facts() const override { return renewals_.facts(); }

 private:
  Result<Renewals::Granted> ask(const std::string& host, std::optional<MonoTime> deadline,
                                const std::stop_token& stop);

  const std::unique_ptr<CredentialSource> source_;
  Clock& clock_;
  Renewals renewals_;
};

}  // namespace larder::auth
