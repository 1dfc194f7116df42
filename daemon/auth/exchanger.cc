#include "daemon/auth/exchanger.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/auth/token_server.h"

namespace larder::auth {

namespace {

constexpr std::size_t kTokenAnswerBytesMax = 256 * 1024;
constexpr std::size_t kCredentialsMax = 16;  // tried for one wish

// A credential that does not say when it ends is read again after half of this, or once refused.
constexpr std::chrono::hours kStaticLifetime{1};

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

std::string key_of(const Wish& wish) {
  return wish.as == nullptr ? wish.scope : wish.as->id + " " + wish.scope;
}

std::string authorization_of(const Credential& credential) {
  return credential.registry_token.empty() ? basic_authorization(credential)
                                           : "Bearer " + credential.registry_token;
}

}  // namespace

Exchanger::Exchanger(ExchangerParts parts)
    : parts_(std::move(parts)),
      own_tokens_("token", parts_.clock, parts_.observer, parts_.host),
      tenants_tokens_("token", parts_.clock, parts_.observer, parts_.host, Keeping::lent) {}

std::optional<std::string> Exchanger::remembered(const Wish& wish) {
  const auto token = tokens_of(wish).known(key_of(wish));
  return token ? std::optional(authorization_of(*token)) : std::nullopt;
}

void Exchanger::forget(const Wish& wish, const std::string& authorization) {
  const auto token = tokens_of(wish).known(key_of(wish));
  if (!token || authorization_of(*token) != authorization) return;
  tokens_of(wish).forget(key_of(wish), *token);
  MutexLock lock(mutex_);
  const auto turn = turns_.find(key_of(wish));
  if (turn != turns_.end()) turn->second.first = (turn->second.first + 1) % turn->second.count;
}

std::size_t Exchanger::credentials(const Wish& wish) const {
  MutexLock lock(mutex_);
  const auto turn = turns_.find(key_of(wish));
  return turn == turns_.end() ? 1 : turn->second.count;
}

Result<std::string> Exchanger::authorize(const std::vector<Challenge>& challenges, const Wish& wish,
                                         std::optional<MonoTime> deadline,
                                         const std::stop_token& stop) {
  const MonoTime limit = parts_.clock.now() + kExchangeLimit;
  const auto ask = [this, challenges, wish](std::optional<MonoTime> until,
                                            const std::stop_token& stopped) {
    return exchange(challenges, wish, until, stopped);
  };
  const auto token =
      tokens_of(wish).get(key_of(wish), ask, std::min(deadline.value_or(limit), limit), stop);
  if (!token) return token.error();
  return authorization_of(*token);
}

void Exchanger::renew_due(const std::stop_token& stop) {
  parts_.credentials.renew_due(stop);
  own_tokens_.renew_due(kExchangeLimit, stop);
}

void Exchanger::drop_ended() {
  own_tokens_.drop_ended();
  tenants_tokens_.drop_ended();
}

std::vector<RenewalFacts> Exchanger::facts() const {
  auto facts = own_tokens_.facts();
  const auto behind = parts_.credentials.facts();
  facts.insert(facts.end(), behind.begin(), behind.end());
  return facts;
}

Result<Exchanger::Granted> Exchanger::exchange(const std::vector<Challenge>& challenges,
                                               const Wish& wish, std::optional<MonoTime> deadline,
                                               const std::stop_token& stop) {
  const auto credentials = credentials_for(wish, deadline, stop);
  if (!credentials) return credentials.error();
  Turn turn = turn_of(wish, credentials->size());
  Result<Granted> granted = denied("no credential");
  for (std::size_t tried = 0; tried < turn.count; ++tried) {
    granted = try_one(challenges, wish, (*credentials)[turn.first], deadline, stop);
    if (granted.ok() || granted.error().code != Errc::denied) break;
    turn.first = (turn.first + 1) % turn.count;
  }
  note_turn(wish, turn);
  return granted;
}

// At least one; an empty one is anonymous.
Result<std::vector<Credential>> Exchanger::credentials_for(const Wish& wish,
                                                           std::optional<MonoTime> deadline,
                                                           const std::stop_token& stop) {
  if (wish.as != nullptr) return std::vector{wish.as->credential};
  auto credentials = parts_.credentials.credentials({parts_.host, wish.repository, deadline, stop});
  if (!credentials) {
    const Error& error = credentials.error();
    // not_found, say, would be taken for an answer about the image.
    const bool is_away = error.code == Errc::upstream_down || error.code == Errc::timeout ||
                         error.code == Errc::cancelled;
    return Error{is_away ? error.code : Errc::denied, "credential: " + error.context,
                 error.cause.empty() ? kCredentialCause : error.cause};
  }
  if (credentials->empty()) credentials->emplace_back();
  if (credentials->size() > kCredentialsMax) credentials->resize(kCredentialsMax);
  return credentials;
}

Result<Exchanger::Granted> Exchanger::try_one(const std::vector<Challenge>& challenges,
                                              const Wish& wish, const Credential& credential,
                                              std::optional<MonoTime> deadline,
                                              const std::stop_token& stop) {
  const auto* bearer = find_scheme(challenges, Challenge::Scheme::bearer);
  const auto* basic = find_scheme(challenges, Challenge::Scheme::basic);
  if (bearer == nullptr && basic == nullptr) {
    return denied("the upstream's challenge is neither bearer nor basic");
  }
  if (bearer != nullptr) {
    if (!credential.registry_token.empty()) return as_it_is(credential);
    return ask_realm(*bearer, wish, credential, deadline, stop);
  }
  if (credential.username.empty() && credential.password.empty()) {
    return denied("the upstream wants a username and password and none is configured");
  }
  return as_it_is(credential);
}

Exchanger::Granted Exchanger::as_it_is(const Credential& credential) const {
  const MonoTime now = parts_.clock.now();
  if (!credential.expires) return {credential, now + kStaticLifetime};
  return {credential, now + (*credential.expires - parts_.clock.wall())};
}

Result<Exchanger::Granted> Exchanger::ask_realm(const Challenge& challenge, const Wish& wish,
                                                const Credential& credential,
                                                std::optional<MonoTime> deadline,
                                                const std::stop_token& stop) {
  auto request = token_request(challenge, wish.scope, credential, parts_.endpoint, parts_.boundary);
  if (!request) return request.error();
  request->deadline = deadline;
  // The certificate is Larder's own right, which is nobody else's.
  if (wish.as != nullptr) request->with_certificate = false;
  // The lifetime counts from before the question: the answer's own time may be another clock's.
  const auto asked_at = parts_.clock.now();
  auto& client = wish.as == nullptr ? parts_.client : parts_.tenants_client;
  auto answer = http::send_buffered(client, *request, kTokenAnswerBytesMax, stop);
  if (!answer) return in_context("token", answer.error());
  if (answer->head.status != 200) return refusal(request->url, answer->head.status);
  auto issued = parse_token_answer(answer->body);
  if (!issued) {
    return Error{issued.error().code,
                 "token realm " + request->url.authority() + ": " + issued.error().context,
                 kUselessAnswerCause};
  }
  Credential token;
  token.registry_token = std::move(issued->token);
  return Granted{std::move(token), asked_at + Duration(issued->lifetime)};
}

Exchanger::Turn Exchanger::turn_of(const Wish& wish, std::size_t count) {
  MutexLock lock(mutex_);
  const auto turn = turns_.find(key_of(wish));
  const std::size_t first = turn == turns_.end() ? 0 : turn->second.first % count;
  return {count, first};
}

void Exchanger::note_turn(const Wish& wish, Turn turn) {
  MutexLock lock(mutex_);
  if (turn.count == 1) {
    turns_.erase(key_of(wish));
    return;
  }
  if (turns_.size() >= kTurnsMax) turns_.clear();
  turns_[key_of(wish)] = turn;
}

}  // namespace larder::auth
