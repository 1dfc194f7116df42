// What the readers of a policy's parts share: where they are, what they found, and how a value that
// may be a list is read.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/auth/policy/json_node.h"
#include "daemon/auth/policy/policy.h"
#include "daemon/auth/policy/problems.h"

namespace larder::policy {

struct Reading {
  Policy& policy;
  Problems& problems;
  Variables variables = Variables::allowed;                   // as the document's version has it
  std::set<std::string, std::less<>> sids{};                  // of the statements read so far
  std::map<std::string, std::uint32_t> known_requirements{};  // by what makes them the same
  Effect effect = Effect::deny;                               // of the statement being read
  std::vector<std::uint32_t> requirements{};                  // those it has so far

  void add_problem(const JsonNode& node, const std::string& place, std::string_view expected) {
    problems.add(node.line, place, node.shown(), expected);
  }
};

// `place` says where a value stands: "Statement[2].Action[1]".
using ReadText = std::function<void(const JsonNode& value, const std::string& place)>;

// A text, or a list of at least one. Anything else is a problem.
void read_texts(Reading& reading, const JsonNode& node, const std::string& place,
                const ReadText& read);

// The same where true and false are spelled as JSON's own, too.
void read_scalars(Reading& reading, const JsonNode& node, const std::string& place,
                  const ReadText& read);

// True for an object all of whose members are `known`; every other one is a problem.
bool read_object(Reading& reading, const JsonNode& node, const std::string& place,
                 std::initializer_list<std::string_view> known);

// The values of a text or list as the document has them, the first few: "a", "b" and 3 more.
std::string quoted_values(const JsonNode& node);

// Adds to what the statement being read requires: what another one of its effect does in the same
// words, or else what `read` makes of `node`.
void add_requirement(Reading& reading, const JsonNode& node, const RequirementNote& note,
                     const std::function<Requirement()>& read);

// Adds a pattern, or a problem. Returns: what was added.
std::optional<PatternText> add_pattern(Reading& reading, const JsonNode& value,
                                       const std::string& place, const PatternGrammar& grammar);

}  // namespace larder::policy
