// Any text is a policy or a list of problems; a policy decides any request without reading past its
// tables, and its explanation agrees with its decision.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/check.h"
#include "daemon/auth/policy/explain.h"
#include "daemon/auth/policy/policy.h"

namespace {

using namespace larder::policy;

// The request is what stands behind the policy: a line for each text.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::string next() {
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    std::string line(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return line;
  }

 private:
  std::string_view text_;
};

void ask(const Policy& policy, std::string_view text) {
  Lines lines(text);
  const std::string resource = lines.next();
  const std::string subject = lines.next();
  const std::string kube_namespace = lines.next();
  const std::string account = lines.next();
  const std::vector<std::string> groups{lines.next(), lines.next()};
  for (std::size_t i = 0; i < 2 * kActionCount; ++i) {
    const PolicyRequest request{.action = static_cast<Action>(i % kActionCount),
                                .resource = resource,
                                .kind = static_cast<SubjectKind>(i % 5),
                                .subject = subject,
                                .kube_namespace = kube_namespace,
                                .service_account = account,
                                .groups = groups,
                                .source_ip = parse_address(subject),
                                .is_secure = i % 2 == 0};
    const Explanation explanation = explain(policy, request);
    const Decision decision = decide(policy, request);
    CHECK(explanation.decision == decision);
    for (const auto& statement : explanation.statements) {
      const bool matches = statement.mismatches.empty();
      const bool denies = statement.effect == Effect::deny;
      if (statement.number == decision.statement) CHECK(matches);
      if (matches && denies) CHECK(decision.verdict == Verdict::denied);
      if (matches && !denies) CHECK(decision.verdict != Verdict::implicitly_denied);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\0'), text.size());
  const auto policy = parse_policy(text.substr(0, end), "fuzz");
  if (!policy.ok()) {
    CHECK(policy.error().context.starts_with("fuzz:"));
    return 0;
  }
  ask(*policy, text.substr(std::min(end + 1, text.size())));
  return 0;
}
