// The token exchanger, upstream side: turns an upstream's challenge into an Authorization value.
//
// A credential stays inside its trust boundary: a realm is used only when it belongs to the
// upstream that named it (realm_belongs_to) or the operator wrote it, over https unless the
// upstream itself is plain http. Tokens are kept in memory alone, and got anew before they end
// (Renewals).
// Thread-safety: any thread. Blocks: authorize() and renew_due() on the network, within the
// client's deadlines.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/challenge.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/renewals.h"
#include "daemon/auth/trust_boundary.h"
#include "daemon/http/client.h"
#include "daemon/http/url.h"

namespace larder::auth {

// No exchange takes longer, whoever asks and however slowly a realm answers.
inline constexpr std::chrono::seconds kExchangeLimit{10};

// The cause of errors about Larder's own credential: what they say is for the log, not for clients.
inline constexpr std::string_view kCredentialCause = "credential";

// The cause of errors that a token server's answer is: it is there, and of no use.
inline constexpr std::string_view kUselessAnswerCause = "token";

// Somebody else than Larder itself, in whose name an upstream is asked.
struct Tenant {
  std::string id;  // tells tenants apart; not secret
  Credential credential;
};

// What an Authorization value is for.
struct Wish {
  std::string repository;              // as the endpoint calls it
  std::string scope;                   // "repository:library/redis:pull"
  std::shared_ptr<const Tenant> as{};  // nothing: Larder itself
};

// All must outlive the exchanger but what is passed by value.
struct ExchangerParts {
  http::Url endpoint;
  std::string host;  // the upstream's, as in the names of images
  http::Client& client;
  http::Client& tenants_client;  // for what is asked in tenants' names
  CredentialSource& credentials;
  TrustBoundary boundary;
  Clock& clock;
  RenewalObserver& observer;
};

class Exchanger {
 public:
  explicit Exchanger(ExchangerParts parts);

  // The Authorization value that worked last for `wish`, if it is still good. Never blocks.
  std::optional<std::string> remembered(const Wish& wish);

  // Answers a challenge: what is remembered and was not forgotten, or what an exchange gives.
  // Returns: denied when the realm refuses every credential, is outside the boundary, or the
  // challenge cannot be met; upstream_down, timeout as the client says.
  Result<std::string> authorize(const std::vector<Challenge>& challenges, const Wish& wish,
                                std::optional<MonoTime> deadline, const std::stop_token& stop);

  // The upstream refused `authorization`, which remembered() or authorize() gave. What another
  // thread has got in its place stays; the next credential, where there are several, is tried
  // first.
  void forget(const Wish& wish, const std::string& authorization);

  // How many credentials there were for `wish` when it was last authorized; 1 when that is not
  // known.
  std::size_t credentials(const Wish& wish) const;

  // Gets anew what is past half its life: Larder's own tokens, and the credentials behind them.
  bool wants_renewal() const {
    return own_tokens_.wants_renewal() || parts_.credentials.wants_renewal();
  }
  void renew_due(const std::stop_token& stop);
  // Call it each second: what has ended, a tenant's above all, leaves the memory.
  void drop_ended();

  // Of Larder's own tokens and credentials, not of tenants'.
  std::vector<RenewalFacts> facts() const;

 private:
  using Granted = Renewals::Granted;
  // Where there are several credentials: how many, and which is tried first.
  struct Turn {
    std::size_t count = 1;
    std::size_t first = 0;
  };

  static constexpr std::size_t kTurnsMax = 1024;

  Result<Granted> exchange(const std::vector<Challenge>& challenges, const Wish& wish,
                           std::optional<MonoTime> deadline, const std::stop_token& stop);
  Result<std::vector<Credential>> credentials_for(const Wish& wish,
                                                  std::optional<MonoTime> deadline,
                                                  const std::stop_token& stop);
  Result<Granted> try_one(const std::vector<Challenge>& challenges, const Wish& wish,
                          const Credential& credential, std::optional<MonoTime> deadline,
                          const std::stop_token& stop);
  Result<Granted> ask_realm(const Challenge& challenge, const Wish& wish,
                            const Credential& credential, std::optional<MonoTime> deadline,
                            const std::stop_token& stop);
  Granted as_it_is(const Credential& credential) const;
  Renewals& tokens_of(const Wish& wish) { return wish.as ? tenants_tokens_ : own_tokens_; }
  Turn turn_of(const Wish& wish, std::size_t count);
  void note_turn(const Wish& wish, Turn turn);

  const ExchangerParts parts_;
  Renewals own_tokens_;
  Renewals tenants_tokens_;  // apart: however many tenants ask, they push out none of the others
  mutable Mutex mutex_;
  std::map<std::string, Turn> turns_ GUARDED_BY(mutex_);
};

}  // namespace larder::auth
