#include "daemon/auth/policy/pattern.h"

#include <algorithm>
#include <cstring>

#include "daemon/http/ascii.h"

namespace larder::policy {

namespace {

using PieceKind = Piece::Kind;

// In place of a number of bytes.
constexpr std::size_t kDoesNotFit = static_cast<std::size_t>(-1);

void append_literal(std::vector<Piece>& pieces, char c) {
  if (pieces.empty() || pieces.back().kind != PieceKind::literal) pieces.push_back({});
  pieces.back().text.push_back(c);
}

void append_wildcard(std::vector<Piece>& pieces, char c) {
  const PieceKind kind = c == '*' ? PieceKind::any_text : PieceKind::any_byte;
  const bool says_nothing_new =
      kind == PieceKind::any_text && !pieces.empty() && pieces.back().kind == kind;
  if (!says_nothing_new) pieces.push_back({.kind = kind});
}

Error expected(std::string what) {
  return {Errc::invalid, std::move(what)};
}

// `name` is what stands between ${ and }.
Status append_variable(std::vector<Piece>& pieces, std::string_view name,
                       const PatternGrammar& grammar) {
  if (grammar.variables == Variables::not_here) return expected("no policy variables here");
  if (grammar.variables == Variables::not_in_this_version) {
    return expected("no ${..} without \"Version\": \"2012-10-17\"");
  }
  if (name == "*" || name == "?" || name == "$") {
    append_literal(pieces, name[0]);
    return {};
  }
  const auto key = find_condition_key(name);
  if (!key || type_of(*key) != KeyType::text) {
    return expected("policy variables among " + names_of_condition_keys(KeyType::text));
  }
  pieces.push_back({.kind = PieceKind::variable, .key = *key});
  return {};
}

// Most texts are too short to be worth a call.
bool same_bytes(const char* a, const char* b, std::size_t count) {
  std::size_t at = 0;
  for (; at + 8 <= count; at += 8) {
    std::uint64_t words[2];
    std::memcpy(&words[0], a + at, 8);
    std::memcpy(&words[1], b + at, 8);
    if (words[0] != words[1]) return false;
  }
  for (; at < count; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

bool starts_with(std::string_view text, std::string_view start, bool ignores_case) {
  if (!ignores_case) {
    return text.size() >= start.size() && same_bytes(text.data(), start.data(), start.size());
  }
  return text.size() >= start.size() &&
         http::equals_ignoring_case(text.substr(0, start.size()), start);
}

bool ends_with(std::string_view text, std::string_view end, bool ignores_case) {
  if (!ignores_case) {
    return text.size() >= end.size() &&
           same_bytes(text.data() + text.size() - end.size(), end.data(), end.size());
  }
  return text.size() >= end.size() &&
         http::equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

}  // namespace

Result<PatternText> parse_pattern(std::string_view text, const PatternGrammar& grammar) {
  if (text.empty() || text.size() > kPatternBytesMax) {
    return expected("1 to " + std::to_string(kPatternBytesMax) + " bytes");
  }
  if (std::any_of(text.begin(), text.end(), http::is_control)) {
    return expected("no control characters");
  }
  PatternText pattern{{}, grammar.ignores_case};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) {
      const std::size_t end = text.find('}', i);
      if (end == text.npos) return expected("a } for each ${");
      const Status appended =
          append_variable(pattern.pieces, text.substr(i + 2, end - i - 2), grammar);
      if (!appended.ok()) return appended.error();
      i = end;
    } else if (grammar.wildcards && (text[i] == '*' || text[i] == '?')) {
      append_wildcard(pattern.pieces, text[i]);
    } else {
      append_literal(pattern.pieces, text[i]);
    }
  }
  return pattern;
}

Patterns::Span Patterns::store(std::string_view text) {
  const Span span{static_cast<std::uint32_t>(texts_.size()),
                  static_cast<std::uint32_t>(text.size())};
  texts_.append(text);
  return span;
}

std::uint32_t Patterns::add(const PatternText& pattern) {
  Row row{{}, {}, {static_cast<std::uint32_t>(pieces_.size()), 0}, pattern.ignores_case};
  auto first = pattern.pieces.begin();
  auto last = pattern.pieces.end();
  if (first != last && first->kind == PieceKind::literal) row.head = store((first++)->text);
  if (first != last && std::prev(last)->kind == PieceKind::literal)
    row.tail = store((--last)->text);
  for (; first != last; ++first) {
    pieces_.push_back({first->kind, first->key, store(first->text)});
    ++row.pieces.count;
  }
  rows_.push_back(row);
  return size() - 1;
}

Match Patterns::match(Range range, std::string_view text, const Facts& facts) const {
  Match best = Match::no;
  for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
    const Match match = match_row(rows_[i], text, facts);
    if (match == Match::yes) return match;
    if (match == Match::unknown) best = match;
  }
  return best;
}

Match Patterns::match_row(const Row& row, std::string_view text, const Facts& facts) const {
  const std::size_t fixed_size = row.head.size + row.tail.size;
  if (text.size() < fixed_size) return Match::no;
  if (row.pieces.count == 0 && text.size() != fixed_size) return Match::no;
  if (!starts_with(text, view(row.head), row.ignores_case)) return Match::no;
  if (row.pieces.count == 0) return Match::yes;
  if (!ends_with(text, view(row.tail), row.ignores_case)) return Match::no;
  return match_pieces(row, text.substr(row.head.size, text.size() - fixed_size), facts);
}

// The first place from `at` on where `piece` may fit; npos when there is none.
std::size_t Patterns::find_fit(const FlatPiece& piece, std::string_view text, std::size_t at,
                               bool ignores_case) const {
  const bool is_plain = piece.kind == PieceKind::literal && !ignores_case;
  return is_plain ? text.find(view(piece.text), at) : at;
}

std::size_t Patterns::fitting_bytes(const FlatPiece& piece, std::string_view text,
                                    const Facts& facts, bool ignores_case) const {
  if (piece.kind == PieceKind::any_byte) return text.empty() ? kDoesNotFit : 1;
  const bool is_variable = piece.kind == PieceKind::variable;
  const auto wanted = is_variable ? facts.text_of(piece.key) : view(piece.text);
  return starts_with(text, wanted, ignores_case) ? wanted.size() : kDoesNotFit;
}

// Greedy: when something does not fit, the last * takes a byte more, and none before it ever has
// to: what stands between two of them fits best where it first fits. A variable without a value may
// stand for any text, too.
Match Patterns::match_pieces(const Row& row, std::string_view text, const Facts& facts) const {
  const FlatPiece* piece = pieces_.data() + row.pieces.first;
  const FlatPiece* const end = piece + row.pieces.count;
  const FlatPiece* after_star = nullptr;
  Match matched = Match::yes;
  std::size_t at = 0;
  std::size_t star_end = 0;
  while (piece != end || at < text.size()) {
    std::size_t bytes = kDoesNotFit;
    if (piece != end) {
      const bool is_unknown =
          piece->kind == PieceKind::variable && facts.text_of(piece->key).empty();
      if (is_unknown) matched = Match::unknown;
      if (is_unknown || piece->kind == PieceKind::any_text) {
        if (++piece == end) return matched;
        after_star = piece;
        star_end = at = find_fit(*piece, text, at, row.ignores_case);
        if (at == text.npos) return Match::no;
        continue;
      }
      bytes = fitting_bytes(*piece, text.substr(at), facts, row.ignores_case);
    }
    if (bytes != kDoesNotFit) {
      at += bytes;
      ++piece;
      continue;
    }
    if (after_star == nullptr || star_end >= text.size()) return Match::no;
    piece = after_star;
    star_end = at = find_fit(*piece, text, star_end + 1, row.ignores_case);
    if (at == text.npos) return Match::no;
  }
  return matched;
}

}  // namespace larder::policy
