#include "daemon/auth/exchanger.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/auth/token_server.h"

namespace larder::auth {

namespace {

constexpr std::size_t kTokenAnswerBytesMax = 256 * 1024;

// A basic credential does not expire; a rotated one is read again once the old one is refused.
constexpr std::chrono::hours kBasicLifetime{1};

Error denied(std::string why) {
  return {Errc::denied, std::move(why)};
}

const Challenge* find_scheme(const std::vector<Challenge>& challenges, Challenge::Scheme scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const Challenge& one) { return one.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

Error refusal(const http::Url& realm, int status) {
  const bool refused = status == 400 || status == 401 || status == 403 || status == 404;
  return {refused ? Errc::denied : Errc::upstream_down,
          "token realm " + realm.authority() + " answers HTTP " + std::to_string(status),
          kUselessAnswerCause};
}

// Whether an error says something about the caller only, not about the realm.
bool is_callers_own(const Error& error, const std::optional<MonoTime>& deadline) {
  if (error.code == Errc::cancelled) return true;
  return error.code == Errc::timeout && deadline && std::chrono::steady_clock::now() >= *deadline;
}

}  // namespace

// An exchange under way. The members are guarded by the exchanger's mutex.
struct Exchanger::Pending {
  bool done = false;
  std::optional<Result<Token>> outcome;  // nothing: its leader gave up, another must lead
};

Exchanger::Exchanger(http::Url endpoint, http::Client& client, CredentialSource& credentials,
                     Clock& clock)
    : endpoint_(std::move(endpoint)), client_(client), credentials_(credentials), clock_(clock) {}

std::optional<std::string> Exchanger::remembered(const std::string& scope) {
  MutexLock lock(mutex_);
  const auto found = tokens_.find(scope);
  if (found == tokens_.end()) return std::nullopt;
  if (clock_.now() < found->second.good_until) return found->second.authorization;
  tokens_.erase(found);
  return std::nullopt;
}

void Exchanger::forget(const std::string& scope, const std::string& authorization) {
  MutexLock lock(mutex_);
  const auto found = tokens_.find(scope);
  if (found != tokens_.end() && found->second.authorization == authorization) tokens_.erase(found);
}

Result<std::string> Exchanger::authorize(const std::vector<Challenge>& challenges,
                                         const std::string& scope, std::optional<MonoTime> deadline,
                                         const std::stop_token& stop) {
  const MonoTime limit = clock_.now() + kExchangeLimit;
  deadline = std::min(deadline.value_or(limit), limit);
  while (true) {
    if (auto known = remembered(scope)) return std::move(*known);
    auto [pending, leads] = join_or_lead(scope);
    std::optional<Result<Token>> outcome;
    if (leads) {
      outcome = exchange(challenges, scope, deadline, stop);
      const bool share = outcome->ok() || !is_callers_own(outcome->error(), deadline);
      settle(scope, *pending, share ? outcome : std::nullopt);
    } else {
      outcome = wait(*pending, deadline, stop);
    }
    if (!outcome) continue;
    if (!outcome->ok()) return outcome->error();
    return outcome->value().authorization;
  }
}

std::pair<std::shared_ptr<Exchanger::Pending>, bool> Exchanger::join_or_lead(
    const std::string& scope) {
  MutexLock lock(mutex_);
  auto& pending = pending_[scope];
  if (pending != nullptr) return {pending, false};
  pending = std::make_shared<Pending>();
  return {pending, true};
}

void Exchanger::settle(const std::string& scope, Pending& pending,
                       std::optional<Result<Token>> outcome) {
  MutexLock lock(mutex_);
  if (outcome && outcome->ok()) remember(scope, outcome->value());
  pending.outcome = std::move(outcome);
  pending.done = true;
  pending_.erase(scope);
  exchanged_.notify_all();
}

std::optional<Result<Exchanger::Token>> Exchanger::wait(Pending& pending,
                                                        std::optional<MonoTime> deadline,
                                                        const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    exchanged_.notify_all();
  });
  MutexLock lock(mutex_);
  while (!pending.done) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "stopped"};
    if (!deadline) {
      exchanged_.wait(mutex_);
    } else if (!exchanged_.wait_until(mutex_, *deadline) && !pending.done) {
      return Error{Errc::timeout, "total deadline passed while another request asks for the token"};
    }
  }
  return pending.outcome;
}

void Exchanger::remember(const std::string& scope, const Token& token) {
  if (tokens_.size() >= kScopesMax && tokens_.count(scope) == 0) {
    tokens_.erase(std::min_element(
        tokens_.begin(), tokens_.end(),
        [](const auto& a, const auto& b) { return a.second.good_until < b.second.good_until; }));
  }
  tokens_[scope] = token;
}

Result<Exchanger::Token> Exchanger::exchange(const std::vector<Challenge>& challenges,
                                             const std::string& scope,
                                             std::optional<MonoTime> deadline,
                                             std::stop_token stop) {
  const auto* bearer = find_scheme(challenges, Challenge::Scheme::bearer);
  const auto* basic = find_scheme(challenges, Challenge::Scheme::basic);
  if (bearer == nullptr && basic == nullptr) {
    return denied("the upstream's challenge is neither bearer nor basic");
  }
  const auto credentials = credentials_.credentials({endpoint_.host, "", deadline, stop});
  if (!credentials) return denied("credential: " + credentials.error().context);
  std::optional<Credential> credential;
  if (!credentials->empty()) credential = credentials->front();
  if (bearer != nullptr) return ask_realm(*bearer, scope, credential, deadline, std::move(stop));
  if (!credential) return denied("the upstream wants a credential and none is configured");
  return Token{basic_authorization(*credential), clock_.now() + kBasicLifetime};
}

Result<Exchanger::Token> Exchanger::ask_realm(const Challenge& challenge, const std::string& scope,
                                              const std::optional<Credential>& credential,
                                              std::optional<MonoTime> deadline,
                                              std::stop_token stop) {
  auto request = token_request(challenge, scope, credential, endpoint_);
  if (!request) return request.error();
  request->deadline = deadline;
  // The lifetime counts from before the question: the answer's own time may be another clock's.
  const auto asked_at = clock_.now();
  auto answer = http::send_buffered(client_, *request, kTokenAnswerBytesMax, std::move(stop));
  if (!answer) return in_context("token", answer.error());
  if (answer->head.status != 200) return refusal(request->url, answer->head.status);
  auto issued = parse_token_answer(answer->body);
  if (!issued) {
    return Error{issued.error().code,
                 "token realm " + request->url.authority() + ": " + issued.error().context,
                 kUselessAnswerCause};
  }
  // A fifth of its life is left to the requests under way when it is given for the last time.
  return Token{"Bearer " + issued->token, asked_at + Duration(issued->lifetime) * 4 / 5};
}

}  // namespace larder::auth
