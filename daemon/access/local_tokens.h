// Tokens that are ordered on the node itself (`larder token`): whoever may open the control socket
// is believed who he says he is, and gets no more than the listener's policy allows him.
//
// Thread-safety: any thread; add() before the others. Blocks: as the policies do.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/access_decider.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "daemon/auth/tokens/token_service.h"

namespace larder::access {

struct TokenOrder {
  std::string listener{};  // empty: the only one that takes tokens
  std::string subject{};   // a user's name; empty: kLocalSubject
  std::vector<tokens::Access> access{};
  std::chrono::seconds life{0};  // 0: as the tokens of the listener's clients
};

struct OrderedToken {
  tokens::SignedToken token;  // secret
  std::string listener;
  std::string subject;
  std::vector<tokens::Access> access;
};

class LocalTokens {
 public:
  static constexpr std::string_view kLocalSubject = "local";
  // The keys verify for no longer after they have signed (tokens/key_times.h).
  static constexpr std::chrono::hours kLifeMax{24};

  // Both must outlive this.
  LocalTokens(Clock& clock, tokens::TokenObserver& observer) : clock_(clock), observer_(observer) {}

  // A listener that takes tokens. `keys` and `decider` must outlive this.
  void add(const std::string& listener, tokens::TokenRules rules, tokens::SigningKeys& keys,
           const tokens::AccessDecider& decider);

  // All that is ordered or nothing. Returns: not_found when there is no such listener; invalid for
  // an order that names none of several, no access, a strange subject or too long a life; denied
  // when the policy does not allow all of it; io when it cannot be signed.
  Result<OrderedToken> issue(const TokenOrder& order);

 private:
  struct Listener {
    tokens::TokenIssuer issuer;
    const tokens::AccessDecider& decider;
  };

  Result<std::string> listener_for(const std::string& name) const;
  void tell(const OrderedToken& ordered, std::string_view outcome, const std::string& cause);

  Clock& clock_;
  tokens::TokenObserver& observer_;
  std::map<std::string, Listener> listeners_;
};

}  // namespace larder::access
