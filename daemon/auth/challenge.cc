#include "daemon/auth/challenge.h"

#include <optional>
#include <set>

#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

// Real challenges have five at most.
constexpr std::size_t kParametersMax = 32;

Error malformed(const char* what) {
  return {Errc::invalid, std::string("challenge: ") + what};
}

bool is_token_char(char c) {
  return http::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token68_char(char c) {
  return http::is_alnum(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
}

Challenge::Scheme scheme_of(std::string_view name) {
  if (http::equals_ignoring_case(name, "bearer")) return Challenge::Scheme::bearer;
  if (http::equals_ignoring_case(name, "basic")) return Challenge::Scheme::basic;
  return Challenge::Scheme::other;
}

void set_parameter(Challenge& challenge, std::string_view name, const std::string& value) {
  if (name == "realm") challenge.realm = value;
  if (name == "service") challenge.service = value;
  if (name == "scope") challenge.scope = value;
  if (name == "error") challenge.error = value;
}

struct Parameter {
  std::string name;  // lower case
  std::string value;
};

// Walks over the text from left to right; every method leaves what it does not take.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool at_comma() const { return rest_.starts_with(','); }

  bool skip_spaces() {
    const auto before = rest_.size();
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

  // Empty list elements are allowed (RFC 9110 section 5.6.1.2).
  void skip_commas() {
    while (skip_spaces() || at_comma()) {
      if (at_comma()) rest_.remove_prefix(1);
    }
  }

  std::string_view token() { return take_while(is_token_char); }

  // name BWS "=" BWS ( token / quoted-string ). Nothing, and nothing taken, when the text is not
  // of the form `name = `; invalid when it is and no value follows.
  Result<std::optional<Parameter>> parameter() {
    const Cursor start = *this;
    const auto name = token();
    skip_spaces();
    if (name.empty() || !take('=') || is_token68_padding()) {
      *this = start;
      return std::optional<Parameter>();
    }
    skip_spaces();
    auto value = this->value();
    if (!value) return value.error();
    return std::optional<Parameter>({http::to_lower(name), std::move(*value)});
  }

  // Credentials without names, such as Negotiate's: taken and dropped.
  void token68() {
    take_while(is_token68_char);
    while (take('=')) {
    }
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    std::size_t size = 0;
    while (size < rest_.size() && predicate(rest_[size])) ++size;
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // After the first "=" of "abc==" or "abc=", where a parameter has its value.
  bool is_token68_padding() const {
    const auto after = rest_.find_first_not_of("= \t");
    return after == std::string_view::npos || rest_[after] == ',';
  }

  Result<std::string> value() {
    if (take('"')) return quoted();
    const auto text = token();
    if (text.empty()) return malformed("a parameter without a value");
    return std::string(text);
  }

  Result<std::string> quoted() {
    std::string text;
    while (!at_end()) {
      const bool escaped = take('\\');
      if (!escaped && take('"')) return text;
      if (at_end()) break;
      if (http::is_control(rest_.front()) && rest_.front() != '\t') {
        return malformed("a control character in a quoted value");
      }
      text.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return malformed("a quoted value without an end");
  }

  std::string_view rest_;
};

// The parameters that follow a scheme's name, up to the next challenge.
Status parse_parameters(Cursor& cursor, Challenge& challenge) {
  std::set<std::string> seen;
  while (true) {
    const Cursor before_commas = cursor;
    if (!seen.empty()) cursor.skip_commas();
    auto parameter = cursor.parameter();
    if (!parameter) return parameter.error();
    if (!*parameter) {
      // What follows the commas is another challenge.
      if (!seen.empty()) cursor = before_commas;
      return {};
    }
    const auto& [name, value] = **parameter;
    if (!seen.insert(name).second) return malformed("a parameter given twice");
    if (seen.size() > kParametersMax) return malformed("too many parameters");
    set_parameter(challenge, name, value);
    cursor.skip_spaces();
    if (!cursor.at_end() && !cursor.at_comma()) return malformed("no comma after a parameter");
  }
}

Result<Challenge> parse_challenge(Cursor& cursor) {
  const auto scheme = cursor.token();
  if (scheme.empty()) return malformed("no scheme");
  Challenge challenge;
  challenge.scheme = scheme_of(scheme);
  const bool space = cursor.skip_spaces();
  if (cursor.at_end() || cursor.at_comma()) return challenge;
  if (!space) return malformed("no space after the scheme");
  if (auto parsed = parse_parameters(cursor, challenge); !parsed) return parsed.error();
  if (!cursor.at_end() && !cursor.at_comma()) cursor.token68();
  cursor.skip_spaces();
  if (!cursor.at_end() && !cursor.at_comma()) return malformed("neither parameters nor token68");
  return challenge;
}

}  // namespace

Result<std::vector<Challenge>> parse_challenges(std::string_view header_value) {
  Cursor cursor(header_value);
  std::vector<Challenge> challenges;
  cursor.skip_commas();
  while (!cursor.at_end()) {
    auto challenge = parse_challenge(cursor);
    if (!challenge) return challenge.error();
    challenges.push_back(std::move(*challenge));
    cursor.skip_commas();
  }
  if (challenges.empty()) return malformed("empty");
  return challenges;
}

}  // namespace larder::auth
