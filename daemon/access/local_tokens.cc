#include "daemon/access/local_tokens.h"

#include <algorithm>
#include <utility>

namespace larder::access {

namespace {

constexpr std::size_t kSubjectBytesMax = 255;

bool is_subject(std::string_view name) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  return !name.empty() && name.size() <= kSubjectBytesMax &&
         std::all_of(name.begin(), name.end(), is_plain);
}

Status check(const TokenOrder& order) {
  if (order.access.empty()) return Error{Errc::invalid, "a token needs a repository or a scope"};
  if (order.life < std::chrono::seconds(0) || order.life > LocalTokens::kLifeMax) {
    return Error{Errc::invalid, "a token's life is 24h at most"};
  }
  if (order.subject.empty() || is_subject(order.subject)) return {};
  return Error{Errc::invalid, "a subject is 1 to 255 printable ASCII characters without spaces"};
}

// What of the order is not allowed, as a scope; empty when there is nothing.
std::string refused_scope(const OrderedToken& ordered, const tokens::Subject& subject,
                          const tokens::AccessDecider& decider) {
  std::vector<tokens::Access> refused;
  for (const auto& access : ordered.access) {
    tokens::Access rest = access;
    std::erase_if(rest.actions, [&](const std::string& action) {
      return decider.may({.subject = subject,
                          .type = access.type,
                          .name = access.name,
                          .action = action,
                          .listener = ordered.listener,
                          .peer = "unix",
                          .is_from_anywhere = true});
    });
    if (!rest.actions.empty()) refused.push_back(std::move(rest));
  }
  return tokens::scope_text(refused);
}

}  // namespace

void LocalTokens::add(const std::string& listener, tokens::TokenRules rules,
                      tokens::SigningKeys& keys, const tokens::AccessDecider& decider) {
  rules.lifetime_max = kLifeMax;
  listeners_.emplace(listener, Listener{{std::move(rules), keys, clock_}, decider});
}

Result<OrderedToken> LocalTokens::issue(const TokenOrder& order) {
  if (Status good = check(order); !good.ok()) return good.error();
  auto name = listener_for(order.listener);
  if (!name.ok()) return name.error();
  const Listener& listener = listeners_.at(*name);
  OrderedToken ordered{{}, *std::move(name), order.subject, order.access};
  if (ordered.subject.empty()) ordered.subject = kLocalSubject;
  tokens::Subject subject;
  subject.kind = tokens::Subject::Kind::user;
  subject.name = ordered.subject;

  if (const auto refused = refused_scope(ordered, subject, listener.decider); !refused.empty()) {
    tell(ordered, "denied", "the policy does not allow it");
    return Error{Errc::denied, "listener " + ordered.listener + " does not allow the user " +
                                   ordered.subject + " " + refused};
  }
  auto token = listener.issuer.access_token(subject, ordered.access, order.life);
  if (!token.ok()) return token.error();
  ordered.token = *std::move(token);
  tell(ordered, "issued", "");
  return ordered;
}

Result<std::string> LocalTokens::listener_for(const std::string& name) const {
  if (listeners_.count(name) != 0) return name;
  if (!name.empty()) {
    return Error{Errc::not_found, "no listener " + name + " with auth: required"};
  }
  if (listeners_.empty()) {
    return Error{Errc::not_found,
                 "tokens are for listeners with auth: required, and there is none"};
  }
  if (listeners_.size() == 1) return listeners_.begin()->first;
  return Error{Errc::invalid, "several listeners take tokens: name one of them"};
}

void LocalTokens::tell(const OrderedToken& ordered, std::string_view outcome,
                       const std::string& cause) {
  observer_.token_asked({ordered.listener, "unix", tokens::to_string(tokens::Subject::Kind::user),
                         ordered.subject, outcome, cause, ordered.token.id, "control"});
}

}  // namespace larder::access
