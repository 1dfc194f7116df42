#include <algorithm>
#include <array>

#include "daemon/auth/policy/policy.h"
#include "daemon/auth/policy/requirement.h"

namespace larder::policy {

namespace {

// The requirements of one decision, each asked once, but for those of very large policies.
class Answers {
 public:
  Answers(const Policy& policy, const Facts& facts) : policy_(policy), facts_(facts) {
    std::fill_n(known_.begin(), std::min(policy.requirements.size(), known_.size()),
                Answer::unasked);
  }

  bool say_met(std::uint32_t requirement) {
    if (requirement >= known_.size())
      return policy::is_met(policy_, policy_.requirements[requirement], facts_);
    Answer& answer = known_[requirement];
    if (answer == Answer::unasked) {
      answer = policy::is_met(policy_, policy_.requirements[requirement], facts_) ? Answer::yes
                                                                                  : Answer::no;
    }
    return answer == Answer::yes;
  }

 private:
  enum class Answer : std::uint8_t { unasked, no, yes };

  const Policy& policy_;
  const Facts& facts_;
  std::array<Answer, 4096> known_;  // on the stack; the part in use is set at the start
};

bool matches(const Policy& policy, const Statement& statement, Answers& answers) {
  const auto* const first = policy.requirement_numbers.data() + statement.requirements.first;
  return std::all_of(first, first + statement.requirements.count,
                     [&](std::uint32_t requirement) { return answers.say_met(requirement); });
}

}  // namespace

Decision decide(const Policy& policy, const PolicyRequest& request) {
  const Facts facts(request);
  Answers answers(policy, facts);
  const ActionSet action = set_of(request.action);
  // Those that deny come first, so the first that matches decides.
  for (const Statement& statement : policy.statements) {
    if ((statement.actions & action) == 0 || !matches(policy, statement, answers)) continue;
    const bool denies = statement.effect == Effect::deny;
    return {denies ? Verdict::denied : Verdict::allowed, statement.number};
  }
  return {};
}

std::string name_of(const Policy& policy, std::uint32_t statement) {
  const std::string& sid = policy.notes.at(statement).sid;
  return sid.empty() ? "Statement[" + std::to_string(statement) + "]" : sid;
}

std::string describe(const Policy& policy, const Decision& decision) {
  if (!decision.statement) return "denied: no statement allows it";
  return std::string(decision.is_allowed() ? "allowed by " : "denied by ") +
         name_of(policy, *decision.statement);
}

}  // namespace larder::policy
