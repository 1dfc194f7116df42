// What a listener's policy says of a request (docs/policy.md). Without a policy whoever may use the
// listener may have all of it.
//
// Thread-safety: any thread. Blocks: on a look at the policy's file, once a second at most.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "daemon/auth/policy/policy_file.h"
#include "daemon/auth/policy/request.h"
#include "daemon/auth/tokens/access_decider.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::access {

// Nothing in it is secret.
struct PolicyDecision {
  std::string_view listener;
  std::string_view subject_kind;
  std::string_view subject;
  std::string_view peer;
  std::string_view action;
  std::string_view resource;
  bool is_allowed = false;
  std::string_view reason;  // "denied by NoNight"
};

// Thread-safety: any thread. Must not block.
class DecisionObserver {
 public:
  virtual ~DecisionObserver() = default;
  virtual void policy_decided(const PolicyDecision& decision) = 0;
};

class ListenerPolicy final : public tokens::AccessDecider {
 public:
  // `file` may be null. What is given must outlive this.
  ListenerPolicy(std::string listener, std::unique_ptr<policy::PolicyFile> file, const Clock& clock,
                 DecisionObserver& observer)
      : listener_(std::move(listener)),
        file_(std::move(file)),
        clock_(clock),
        observer_(observer) {}

  struct Question {
    const tokens::Subject& subject;
    policy::Action action = policy::Action::pull;
    std::string_view resource;  // "ghcr.io/team/app"
    std::string_view peer;      // "10.1.2.3:51324", "unix"
  };
  // Told to the observer when there is a policy.
  bool allows(const Question& question) const;

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
  void tell(const Question& question, const Decided& decided) const;

  const std::string listener_;
  const std::unique_ptr<policy::PolicyFile> file_;
  const Clock& clock_;
  DecisionObserver& observer_;
};

}  // namespace larder::access
