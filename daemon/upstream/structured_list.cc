#include "daemon/upstream/structured_list.h"

#include <algorithm>

#include "daemon/http/ascii.h"

namespace larder::upstream {

namespace {

constexpr std::size_t kDigitsMax = 15;

bool is_bare(char c) {
  return http::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string::npos;
}

// Reads from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A token or number, or a string in quotes.
  std::optional<std::string> value() {
    if (take('"')) return quoted();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_bare);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    if (length == 0) return std::nullopt;
    std::string bare(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return bare;
  }

 private:
  std::optional<std::string> quoted() {
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c == '\\') {
        if (!rest_.starts_with('"') && !rest_.starts_with('\\')) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      text.push_back(c);
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

// `;name=value`, or `;name` alone, any number of times.
bool read_parameters(Reader& reader, ListItem& item) {
  reader.skip_blanks();
  while (reader.take(';')) {
    reader.skip_blanks();
    auto name = reader.value();
    if (!name) return false;
    std::optional<std::string> value("");
    if (reader.take('=')) value = reader.value();
    if (!value) return false;
    item.parameters.emplace_back(http::to_lower(*name), *std::move(value));
    reader.skip_blanks();
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> ListItem::number(std::string_view name) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == parameters.end() ? std::nullopt : parse_count(found->second);
}

std::optional<std::vector<ListItem>> parse_list(std::string_view text) {
  std::vector<ListItem> items;
  Reader reader(text);
  do {
    reader.skip_blanks();
    auto value = reader.value();
    if (!value || items.size() == kListItemsMax) return std::nullopt;
    items.push_back({*std::move(value)});
    if (!read_parameters(reader, items.back())) return std::nullopt;
  } while (reader.take(','));
  if (!reader.at_end()) return std::nullopt;
  return items;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::uint64_t count = 0;
  for (const char c : text) {
    if (!http::is_digit(c)) return std::nullopt;
    count = count * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return count;
}

}  // namespace larder::upstream
