// The token exchanger, upstream side: turns an upstream's challenge into an Authorization value.
//
// A credential stays inside its trust boundary: a realm is used only when it belongs to the
// upstream that named it (realm_belongs_to), over https unless the upstream itself is plain http.
// Tokens are kept in memory until shortly before they expire; several requests that want the same
// token share one exchange.
// Thread-safety: any thread. Blocks: authorize() on the network, within the client's deadlines.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/challenge.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"
#include "daemon/http/url.h"

namespace larder::auth {

// Whether a token realm may see what belongs to `endpoint`: the same host, at whatever port, or a
// name under the same registrable domain (registry-1.docker.io and auth.docker.io, but not two
// names under amazonaws.com); https, or http like the endpoint.
bool realm_belongs_to(const http::Url& realm, const http::Url& endpoint);

// No exchange takes longer, whoever asks and however slowly a realm answers.
inline constexpr std::chrono::seconds kExchangeLimit{10};

// The cause of errors that a token server's answer is: it is there, and of no use.
inline constexpr std::string_view kUselessAnswerCause = "token";

class Exchanger {
 public:
  // `client`, `credentials` and `clock` must outlive the exchanger. `endpoint` is the upstream's
  // own.
  Exchanger(http::Url endpoint, http::Client& client, CredentialSource& credentials, Clock& clock);

  // The Authorization value that worked last for `scope`, if it is still good. Never blocks.
  std::optional<std::string> remembered(const std::string& scope);

  // Answers a challenge for `scope` ("repository:library/redis:pull"): what is remembered and was
  // not forgotten, or what an exchange gives. `deadline` is a moment of the steady clock.
  // Returns: denied when the realm refuses, is outside the boundary, or the challenge cannot be
  // met; upstream_down, timeout as the client says.
  Result<std::string> authorize(const std::vector<Challenge>& challenges, const std::string& scope,
                                std::optional<MonoTime> deadline, const std::stop_token& stop);

  // The upstream refused `authorization`, which remembered() or authorize() gave. What another
  // thread has got in its place stays.
  void forget(const std::string& scope, const std::string& authorization);

 private:
  struct Token {
    std::string authorization;
    MonoTime good_until;
  };

  struct Pending;

  static constexpr std::size_t kScopesMax = 1024;  // remembered at once

  // The exchange under way for `scope`, or a new one that the caller must now lead.
  std::pair<std::shared_ptr<Pending>, bool> join_or_lead(const std::string& scope);
  void settle(const std::string& scope, Pending& pending, std::optional<Result<Token>> outcome);
  std::optional<Result<Token>> wait(Pending& pending, std::optional<MonoTime> deadline,
                                    const std::stop_token& stop);
  void remember(const std::string& scope, const Token& token) REQUIRES(mutex_);

  Result<Token> exchange(const std::vector<Challenge>& challenges, const std::string& scope,
                         std::optional<MonoTime> deadline, std::stop_token stop);
  Result<Token> ask_realm(const Challenge& challenge, const std::string& scope,
                          const std::optional<Credential>& credential,
                          std::optional<MonoTime> deadline, std::stop_token stop);

  const http::Url endpoint_;
  http::Client& client_;
  CredentialSource& credentials_;
  Clock& clock_;
  Mutex mutex_;
  CondVar exchanged_;
  std::map<std::string, Token> tokens_ GUARDED_BY(mutex_);  // by scope
  // Scopes being asked for; shared by the thread that asks and those that wait for it.
  std::map<std::string, std::shared_ptr<Pending>> pending_ GUARDED_BY(mutex_);
};

}  // namespace larder::auth
