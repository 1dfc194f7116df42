// What a listener's policy says of a request (docs/policy.md). Without a policy whoever may use the
// listener may have all of it.
//
// A policy that is only tried (dry_run) refuses nothing: what it would have refused is told.
// Thread-safety: any thread. Blocks: on a look at the policy's file, once a second at most.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "daemon/auth/policy/policy_file.h"
#include "daemon/auth/policy/request.h"
#include "daemon/auth/tokens/access_decider.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::access {

// All that it was made of, but for the time. Nothing in it is secret.
struct PolicyDecision {
  std::string_view listener{};
  std::string_view subject_kind{};
  std::string_view subject{};
  std::string_view issuer{};  // who vouches for the subject; empty: nobody needs to
  std::span<const std::string> groups{};
  std::string_view peer{};
  bool is_secure = false;  // over TLS
  std::string_view action{};
  std::string_view resource{};
  std::string_view reference{};  // tag or digest; empty for a list, and when a token is asked for
  bool is_allowed = false;       // by the policy
  bool is_dry_run = false;       // then nothing is refused all the same
  std::string_view reason{};     // "denied by NoNight"
};

// A token that was shown and does not do, before any policy was asked. Nothing in it is secret.
struct TokenRejection {
  std::string_view listener{};
  std::string_view subject_kind{};  // empty when the token is not good
  std::string_view subject{};
  std::string_view token_id{};
  std::string_view peer{};
  std::string_view resource{};  // empty for a ping
  std::string_view error{};     // as the challenge has it: "invalid_token", "insufficient_scope"
  std::string_view cause{};
};

// Thread-safety: any thread. Must not block.
class DecisionObserver {
 public:
  virtual ~DecisionObserver() = default;
  virtual void policy_decided(const PolicyDecision& decision) = 0;
  virtual void token_rejected(const TokenRejection& rejection) = 0;
};

enum class PolicyMode { enforced, dry_run };

class ListenerPolicy final : public tokens::AccessDecider {
 public:
  // `file` may be null. What is given must outlive this.
  ListenerPolicy(std::string listener, std::unique_ptr<policy::PolicyFile> file, const Clock& clock,
                 DecisionObserver& observer, PolicyMode mode = PolicyMode::enforced)
      : listener_(std::move(listener)),
        file_(std::move(file)),
        clock_(clock),
        observer_(observer),
        is_dry_run_(mode == PolicyMode::dry_run) {}

  struct Question {
    const tokens::Subject& subject;
    policy::Action action = policy::Action::pull;
    std::string_view resource;      // "ghcr.io/team/app"
    std::string_view peer;          // "10.1.2.3:51324", "unix"
    bool is_secure = false;         // over TLS
    std::string_view reference{};   // tag or digest; for the observer
    bool is_from_anywhere = false;  // AccessQuestion
  };
  struct Verdict {
    bool may_go_on = true;
    std::string reason{};  // "denied by NoNight"; empty without a policy
  };
  // Told to the observer when there is a policy.
  Verdict allows(const Question& question) const;

  // Once a second: a new version is in force, or reported, also while nobody asks.
  void maintain();

  // For a token: repositories alone, and of those only reading. "pull" stands for reading of any
  // kind. One decision is told, whichever it hung on.
  bool may(const tokens::AccessQuestion& question) const override;

 private:
  struct Decided {
    std::shared_ptr<const policy::Policy> policy;
    policy::Decision decision;
  };

  // Of a listener with a policy.
  Decided decide(const Question& question) const;
  void tell(const Question& question, const Decided& decided, std::string_view reason) const;

  const std::string listener_;
  const std::unique_ptr<policy::PolicyFile> file_;
  const Clock& clock_;
  DecisionObserver& observer_;
  const bool is_dry_run_;
};

}  // namespace larder::access
