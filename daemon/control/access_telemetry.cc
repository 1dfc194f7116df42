#include "daemon/control/access_telemetry.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace larder::control {

namespace {

using log::Level;

std::string text(std::string_view view) {
  return std::string(view);
}

std::vector<std::string> list(std::span<const std::string> texts) {
  return {texts.begin(), texts.end()};
}

// How a decision is counted, and how its line is called.
struct DecisionNames {
  std::string_view label;
  std::string_view event;
};

DecisionNames names_of(const access::PolicyDecision& decision) {
  if (decision.is_allowed) return {"allow", "policy_allowed"};
  if (decision.is_dry_run) return {"dry_run_deny", "policy_would_deny"};
  return {"deny", "policy_denied"};
}

}  // namespace

void AccessTelemetry::policy_decided(const access::PolicyDecision& decision) {
  const auto [label, event] = names_of(decision);
  metrics_.count_policy_decision(decision.listener, label);
  const Level level = decision.is_allowed ? Level::debug : Level::info;
  if (!logger_.enabled(level)) return;
  logger_.write(level, event,
                {{"listener", text(decision.listener)},
                 {"subject_kind", text(decision.subject_kind)},
                 {"subject", text(decision.subject)},
                 {"issuer", text(decision.issuer)},
                 {"groups", list(decision.groups)},
                 {"peer", text(decision.peer)},
                 {"tls", decision.is_secure},
                 {"action", text(decision.action)},
                 {"resource", text(decision.resource)},
                 {"reference", text(decision.reference)},
                 {"reason", text(decision.reason)}});
}

void AccessTelemetry::token_rejected(const access::TokenRejection& rejection) {
  if (!logger_.enabled(Level::info)) return;
  logger_.write(Level::info, "token_rejected",
                {{"listener", text(rejection.listener)},
                 {"subject_kind", text(rejection.subject_kind)},
                 {"subject", text(rejection.subject)},
                 {"token_id", text(rejection.token_id)},
                 {"peer", text(rejection.peer)},
                 {"resource", text(rejection.resource)},
                 {"error", text(rejection.error)},
                 {"cause", text(rejection.cause)}});
}

void AccessTelemetry::token_asked(const tokens::TokenEvent& event) {
  metrics_.count_token_issued(event.listener, event.outcome);
  const bool is_issued = event.outcome == "issued";
  const Level level = is_issued ? Level::debug : Level::info;
  if (!logger_.enabled(level)) return;
  logger_.write(level, is_issued ? "token_issued" : "token_refused",
                {{"listener", text(event.listener)},
                 {"endpoint", text(event.endpoint)},
                 {"peer", text(event.peer)},
                 {"subject_kind", text(event.subject_kind)},
                 {"subject", text(event.subject)},
                 {"outcome", text(event.outcome)},
                 {"cause", text(event.cause)},
                 {"token_id", text(event.token_id)}});
}

void AccessTelemetry::policy_reloaded(const std::filesystem::path& file,
                                      const policy::Policy& policy) {
  logger_.write(Level::info, "policy_reloaded",
                {{"file", file.string()},
                 {"statements", static_cast<std::int64_t>(policy.statements.size())}});
}

void AccessTelemetry::policy_kept(const std::filesystem::path& file, const Error& error) {
  logger_.write(Level::error, "policy_kept", {{"file", file.string()}, {"error", describe(error)}});
}

// Once for each reason.
void AccessTelemetry::access_trouble(const std::string& what, const Error& why) {
  const std::string reason = describe(why);
  {
    MutexLock lock(mutex_);
    if (std::exchange(told_[what], reason) == reason) return;
  }
  logger_.write(Level::error, "access_trouble", {{"what", what}, {"error", reason}});
}

}  // namespace larder::control
