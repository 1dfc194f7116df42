// Decides by policies of 1,000 statements and prints as JSON how long a decision takes:
// policy_bench [DECISIONS].
//
// Each policy is gone through to its end: no statement decides before the last one. Between two
// decisions a megabyte of other memory is read, so that neither the policy nor its first lines are
// in the nearest cache only because of the bench.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/auth/policy/policy.h"

namespace {

using namespace larder::policy;
using Json = nlohmann::json;
using Stopwatch = std::chrono::steady_clock;

constexpr int kStatements = 1000;

std::string numbered(const std::string& name, int number) {
  return name + std::to_string(10'000 + number);
}

Json statement(const Json& principal, const Json& resource) {
  return {{"Effect", "Allow"},
          {"Principal", principal},
          {"Action", "registry:Pull"},
          {"Resource", resource}};
}

// A namespace may pull what is its own.
Json of_namespace(int i) {
  return statement({{"ServiceAccount", numbered("team-", i) + "/*"}},
                   numbered("registry.example/team-", i) + "/*");
}

// Everything fits but the end.
Json of_suffix(int i) {
  return statement("*", "*/team/" + numbered("app-", i));
}

Json of_infix(int i) {
  return statement("*", "*/" + numbered("team-", i) + "/*");
}

// Everything fits but one condition.
Json of_conditions(int i) {
  Json all = statement({{"Subject", {"alice", "system:serviceaccount:*"}}, {"Group", "ops"}},
                       {"quay.io/*", "*.example/${registry:Namespace}/*", "registry.example/*"});
  all["Condition"] = {
      {"IpAddress", {{"registry:SourceIp", {"192.168.0.0/16", "2001:db8::/32", "10.0.0.0/8"}}}},
      {"DateLessThan", {{"registry:CurrentTime", "2199-01-01"}}},
      {"StringLike", {{"registry:Namespace", "team-*"}}},
      {"StringEquals", {{"registry:Listener", numbered("listener-", i)}}}};
  return all;
}

// What costs most: everything fits but the last condition, and no two statements share a thing.
Json of_all_distinct(int i) {
  const std::string end = std::to_string(i);
  Json all = statement(
      {{"Subject", {"alice" + end, "system:*"}}},
      {numbered("quay.io/team-", i) + "/*", "registry.example/team-*", "registry.example/*" + end});
  all["Condition"] = {{"IpAddress",
                       {{"registry:SourceIp",
                         {"192.168." + std::to_string(i % 256) + ".0/24", "10.0.0.0/8",
                          numbered("", i).substr(3) + "::1"}}}},
                      {"StringLike", {{"registry:Namespace", "*" + end + "*x"}}}};
  return all;
}

Policy policy_of(Json (*statement_of)(int)) {
  Json document{{"Version", "2012-10-17"}};
  for (int i = 0; i < kStatements; ++i) document["Statement"].push_back(statement_of(i));
  auto policy = parse_policy(document.dump(), "bench");
  if (policy.ok()) return *std::move(policy);
  std::fprintf(stderr, "%s\n", policy.error().context.c_str());
  std::exit(1);
}

PolicyRequest request_of_the_last() {
  return {.resource = "registry.example/team-10999/app-10999",
          .kind = SubjectKind::service_account,
          .subject = "system:serviceaccount:team-10999:web",
          .kube_namespace = "team-10999",
          .service_account = "team-10999/web",
          .listener = "listener-10999",
          .source_ip = parse_address("10.1.2.3"),
          .time = larder::WallTime(std::chrono::seconds(1'700'000'000))};
}

unsigned long disturb(const std::vector<unsigned char>& memory) {
  unsigned long sum = 0;
  for (std::size_t i = 0; i < memory.size(); i += 64) sum += memory[i];
  return sum;
}

Json measure(const Policy& policy, const PolicyRequest& request, int decisions) {
  const std::vector<unsigned char> memory(1 << 20, 1);
  std::vector<double> microseconds;
  unsigned long sum = 0;
  std::string decision;
  for (int i = 0; i < decisions; ++i) {
    sum += disturb(memory);
    const auto start = Stopwatch::now();
    const Decision decided = decide(policy, request);
    microseconds.push_back(
        std::chrono::duration<double, std::micro>(Stopwatch::now() - start).count());
    if (i == 0) decision = describe(policy, decided);
  }
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](double share) {
    return microseconds[static_cast<std::size_t>(share * (decisions - 1))];
  };
  return {{"p50_us", at(0.5)}, {"p99_us", at(0.99)}, {"decision", decision}, {"read", sum > 0}};
}

}  // namespace

int main(int argc, char** argv) {
  const int decisions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20'000;
  Json results;
  const PolicyRequest request = request_of_the_last();
  results["namespaces"] = measure(policy_of(of_namespace), request, decisions);
  results["suffixes"] = measure(policy_of(of_suffix), request, decisions);
  results["infixes"] = measure(policy_of(of_infix), request, decisions);
  results["conditions"] = measure(policy_of(of_conditions), request, decisions);
  results["all_distinct"] = measure(policy_of(of_all_distinct), request, decisions);
  std::printf("%s\n", results.dump(2).c_str());
}
