// Random policies and requests, decided by decide() and by a reference: they agree, and so does
// explain().
#include "tests/unit/daemon/auth/policy/reference_policy.h"

#include <gtest/gtest.h>

#include "daemon/auth/policy/explain.h"
#include "daemon/auth/policy/policy.h"
#include "tests/support/random.h"

namespace larder::policy {
namespace {

using Json = nlohmann::json;
using testing::Random;
using Words = std::vector<std::string>;

const Words kActions{"registry:Pull",  "registry:List", "registry:P*", "registry:*", "*",
                     "registry:Delete"};
const Words kResources{"*",
                       "docker.io/*",
                       "docker.io/shop/app",
                       "*/app",
                       "quay.io/shop/*",
                       "*/${registry:Namespace}/*",
                       "docker.io/${registry:Subject}/a*"};
const Words kNames{"alice", "bob", "a*", "*", "?ob"};
const Words kAccounts{"shop/web", "shop/*", "*", "bank/web"};
const Words kTexts{"alice", "shop", "docker.io", "app", "node"};
const Words kLikes{"a*", "sh?p", "*", "*o*", "${registry:Namespace}", "*${registry:Subject}"};
const Words kTextKeys{"registry:Subject", "registry:Namespace", "registry:Listener",
                      "registry:Upstream", "registry:Repository"};

Json some(Random& random, const Words& from) {
  if (random.chance(500)) return random.pick(from);
  Json list = Json::array();
  for (std::uint64_t i = random.between(1, 3); i > 0; --i) list.push_back(random.pick(from));
  return list;
}

Json random_principal(Random& random) {
  Json principal;
  if (random.chance(500)) principal["Subject"] = some(random, kNames);
  if (random.chance(300)) principal["Group"] = some(random, kNames);
  if (random.chance(300)) principal["ServiceAccount"] = some(random, kAccounts);
  if (principal.empty()) principal["User"] = some(random, kNames);
  return principal;
}

void add_random_condition(Random& random, Json& conditions) {
  const std::string if_exists = random.chance(300) ? "IfExists" : "";
  const std::string no = random.chance(400) ? "Not" : "";
  const std::string& key = random.pick(kTextKeys);
  switch (random.below(4)) {
    case 0:
      conditions["String" + no + "Equals" + if_exists][key] = some(random, kTexts);
      return;
    case 1:
      conditions["String" + no + "Like" + if_exists][key] = some(random, kLikes);
      return;
    case 2:
      conditions["Null"][key] = random.chance(500) ? "true" : "false";
      return;
    default: {
      const std::string set = random.chance(500) ? "ForAnyValue:String" : "ForAllValues:String";
      conditions[set + no + "Like" + if_exists]["registry:Groups"] = some(random, kLikes);
    }
  }
}

std::string negated(Random& random, const std::string& element) {
  return (random.chance(300) ? "Not" : "") + element;
}

Json random_statement(Random& random) {
  Json statement{{"Effect", random.chance(300) ? "Deny" : "Allow"}};
  const std::string action = negated(random, "Action");
  statement[action] = action == "Action" ? some(random, kActions) : Json("registry:P*");
  statement[negated(random, "Resource")] = some(random, kResources);
  if (random.chance(400))
    statement["Principal"] = "*";
  else
    statement[negated(random, "Principal")] = random_principal(random);
  Json conditions = Json::object();
  for (std::uint64_t i = random.below(3); i > 0; --i) add_random_condition(random, conditions);
  if (!conditions.empty()) statement["Condition"] = conditions;
  return statement;
}

Json random_document(Random& random) {
  Json document{{"Version", "2012-10-17"}, {"Statement", Json::array()}};
  for (std::uint64_t i = random.between(1, 5); i > 0; --i) {
    document["Statement"].push_back(random_statement(random));
  }
  return document;
}

// A request and the same as the reference takes it.
struct RandomRequest {
  explicit RandomRequest(Random& random)
      : resource(random.pick(resources)), groups(random.below(3), "") {
    request.action = static_cast<Action>(random.below(kActionCount));
    request.resource = resource;
    const auto slash = resource.find('/');
    values["registry:Upstream"] = {resource.substr(0, slash)};
    values["registry:Repository"] = {resource.substr(slash + 1)};
    if (random.chance(700)) {
      request.listener = "node";
      values["registry:Listener"] = {"node"};
    }
    choose_subject(random);
    values["registry:SubjectKind"] = {std::string(to_string(request.kind))};
  }

  void choose_subject(Random& random) {
    if (random.chance(250)) return groups.clear();
    subject = random.pick(subjects);
    request.kind = subject == "sa" ? SubjectKind::service_account : SubjectKind::user;
    request.subject = subject;
    values["registry:Subject"] = {subject};
    if (subject == "sa") {
      request.kube_namespace = "shop";
      request.service_account = "shop/web";
      values["registry:Namespace"] = {"shop"};
      values["registry:ServiceAccount"] = {"shop/web"};
    }
    for (std::string& group : groups) group = random.pick(subjects);
    request.groups = groups;
    if (!groups.empty()) values["registry:Groups"] = groups;
  }

  static inline const Words resources{"docker.io/shop/app", "docker.io/alice/app", "quay.io/app",
                                      "quay.io/shop/api", "docker.io/bank/app"};
  static inline const Words subjects{"alice", "bob", "sa", "shop"};

  const std::string resource;
  std::string subject;
  Words groups;
  PolicyRequest request;
  Values values;
};

std::string run_of_verdicts(std::uint64_t seed, std::map<Verdict, int>& seen) {
  Random random(seed);
  const Json document = random_document(random);
  const Result<Policy> policy = parse_policy(document.dump(), "p");
  if (!policy.ok()) return policy.error().context;
  for (int i = 0; i < 20; ++i) {
    const RandomRequest asked(random);
    const Verdict expected = ReferencePolicy(document, asked.values, asked.request.action).decide();
    const Explanation explained = explain(*policy, asked.request);
    ++seen[expected];
    if (explained.decision.verdict != expected) {
      return document.dump(1) + "\n" + Json(asked.values).dump() +
             describe(*policy, explained.decision);
    }
  }
  return "";
}

TEST(ReferencePolicy, AgreesOnRandomPolicies) {
  std::map<Verdict, int> seen;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    ASSERT_EQ(run_of_verdicts(seed, seen), "") << "seed " << seed;
  }
  // 20,000 questions; each verdict often enough to mean something.
  EXPECT_GT(seen[Verdict::allowed], 1500);
  EXPECT_GT(seen[Verdict::denied], 1500);
  EXPECT_GT(seen[Verdict::implicitly_denied], 1500);
}

TEST(Explain, FindsTheDecidingStatementAmongThoseThatMatch) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    const Policy policy = parse_policy(random_document(random).dump(), "p").value();
    const RandomRequest asked(random);
    const Explanation explained = explain(policy, asked.request);
    for (const auto& statement : explained.statements) {
      if (explained.decision.statement != statement.number) continue;
      EXPECT_TRUE(statement.mismatches.empty()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace larder::policy
