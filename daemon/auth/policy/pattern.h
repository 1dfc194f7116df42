// The texts of a policy that are compared with a request's: literal, with * and ?, with variables
// such as ${registry:Namespace}.
//
// * stands for any characters, "/" among them, or none; ? for one byte. What a variable stands for
// is taken literally: a subject called "*" is no wildcard. A variable the request has no value for
// makes a match unknown, unless no value could make it one.
// Thread-safety: const methods from any thread. Blocks: no. A match takes at most pattern x text
// steps, whatever the pattern, and allocates nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/policy/condition_key.h"

namespace larder::policy {

inline constexpr std::size_t kPatternBytesMax = 1024;

struct Piece {
  enum class Kind : std::uint8_t { literal, any_byte, any_text, variable } kind = Kind::literal;
  std::string text{};                          // literal
  ConditionKey key = ConditionKey::source_ip;  // variable: of KeyType::text

  bool operator==(const Piece&) const = default;
};

enum class Variables : std::uint8_t { allowed, not_here, not_in_this_version };

struct PatternGrammar {
  bool wildcards = false;  // else * and ? stand for themselves
  Variables variables = Variables::allowed;
  bool ignores_case = false;
};

struct PatternText {
  std::vector<Piece> pieces;  // no two literals, nor two any_text, side by side
  bool ignores_case = false;
};

// ${*}, ${?} and ${$} are those characters themselves. Returns: invalid, saying what is expected,
// for a text that is empty, longer than kPatternBytesMax, has control characters, or a variable
// that is not one.
Result<PatternText> parse_pattern(std::string_view text, const PatternGrammar& grammar);

enum class Match { no, yes, unknown };

// A run of rows in a table: first .. first + count - 1.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// All patterns of a policy, side by side in memory.
class Patterns {
 public:
  // Returns: its number; they count from 0.
  std::uint32_t add(const PatternText& pattern);

  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }

  // yes: one of them covers all of `text`; unknown: none does, but one of them may.
  Match match(Range range, std::string_view text, const Facts& facts) const;

 private:
  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct FlatPiece {
    Piece::Kind kind;
    ConditionKey key;
    Span text;
  };
  // head, what the pieces stand for, tail. Without pieces: head alone.
  struct Row {
    Span head;
    Span tail;
    Range pieces;
    bool ignores_case;
  };

  Span store(std::string_view text);
  std::string_view view(Span span) const { return {texts_.data() + span.at, span.size}; }
  Match match_row(const Row& row, std::string_view text, const Facts& facts) const;
  std::size_t find_fit(const FlatPiece& piece, std::string_view text, std::size_t at,
                       bool ignores_case) const;
  std::size_t fitting_bytes(const FlatPiece& piece, std::string_view text, const Facts& facts,
                            bool ignores_case) const;
  Match match_pieces(const Row& row, std::string_view text, const Facts& facts) const;

  std::vector<Row> rows_;
  std::vector<FlatPiece> pieces_;
  std::string texts_;
};

}  // namespace larder::policy
