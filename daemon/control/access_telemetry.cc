#include "daemon/control/access_telemetry.h"

#include <cstdint>
#include <utility>

namespace larder::control {

namespace {

using log::Level;

std::string text(std::string_view view) {
  return std::string(view);
}

}  // namespace

void AccessTelemetry::policy_decided(const access::PolicyDecision& decision) {
  metrics_.count_policy_decision(decision.listener, decision.is_allowed ? "allow" : "deny");
  const Level level = decision.is_allowed ? Level::debug : Level::info;
  if (!logger_.enabled(level)) return;
  logger_.write(level, decision.is_allowed ? "policy_allowed" : "policy_denied",
                {{"listener", text(decision.listener)},
                 {"subject_kind", text(decision.subject_kind)},
                 {"subject", text(decision.subject)},
                 {"peer", text(decision.peer)},
                 {"action", text(decision.action)},
                 {"resource", text(decision.resource)},
                 {"reason", text(decision.reason)}});
}

void AccessTelemetry::token_asked(const tokens::TokenEvent& event) {
  metrics_.count_token_issued(event.listener, event.outcome);
  const bool is_issued = event.outcome == "issued";
  const Level level = is_issued ? Level::debug : Level::info;
  if (!logger_.enabled(level)) return;
  logger_.write(level, is_issued ? "token_issued" : "token_refused",
                {{"listener", text(event.listener)},
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
