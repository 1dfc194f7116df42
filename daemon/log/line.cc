#include "daemon/log/line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace larder::log {

namespace {

constexpr std::size_t kLineBytesUsual = 384;

bool is_harmless(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

// In quotes, as JSON. The usual value needs no escape and costs one copy.
void append_quoted(std::string& line, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_harmless)) {
    line.append(1, '"').append(text).append(1, '"');
    return;
  }
  line += nlohmann::json(text).dump(-1, ' ', /*ensure_ascii=*/true,
                                    nlohmann::json::error_handler_t::replace);
}

template <class Number>
void append_number(std::string& line, Number number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  line.append(buffer.data(), end);
}

void append_list(std::string& line, const std::vector<std::string>& texts) {
  line += '[';
  for (const auto& text : texts) {
    if (line.back() != '[') line += ',';
    append_quoted(line, text);
  }
  line += ']';
}

struct JsonValue {
  std::string& line;
  void operator()(const std::string& text) const { append_quoted(line, text); }
  void operator()(std::int64_t number) const { append_number(line, number); }
  void operator()(bool flag) const { line += flag ? "true" : "false"; }
  void operator()(double number) const {
    if (std::isfinite(number)) return append_number(line, number);
    line += "null";
  }
  void operator()(const std::vector<std::string>& texts) const { append_list(line, texts); }
};

// A value that a reader of key=value lines takes for one word.
bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_harmless(c) && c != ' ' && c != '=';
  });
}

struct TextValue {
  std::string& line;
  void operator()(const std::string& text) const {
    if (is_word(text)) {
      line += text;
    } else {
      append_quoted(line, text);
    }
  }
  void operator()(std::int64_t number) const { append_number(line, number); }
  void operator()(double number) const { append_number(line, number); }
  void operator()(bool flag) const { line += flag ? "true" : "false"; }
  void operator()(const std::vector<std::string>& texts) const {
    std::string list;
    append_list(list, texts);
    append_quoted(line, list);
  }
};

void put_digits(char* at, unsigned value, std::size_t digits) {
  while (digits > 0) {
    at[--digits] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::string timestamp(std::chrono::system_clock::time_point when) {
  using std::chrono::milliseconds;
  const auto time = std::chrono::floor<milliseconds>(when);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00.000Z";
  put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], static_cast<unsigned>(clock.hours().count()), 2);
  put_digits(&text[14], static_cast<unsigned>(clock.minutes().count()), 2);
  put_digits(&text[17], static_cast<unsigned>(clock.seconds().count()), 2);
  put_digits(&text[20], static_cast<unsigned>(clock.subseconds().count()), 3);
  return text;
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string json_line(const Event& event) {
  std::string line;
  line.reserve(kLineBytesUsual);
  line.append("{\"ts\":\"").append(timestamp(event.when)).append("\",\"level\":\"");
  line.append(to_string(event.level)).append("\",\"event\":");
  append_quoted(line, event.name);
  for (const Field& field : event.fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    std::visit(JsonValue{line}, field.value);
  }
  line += '}';
  return line;
}

std::string text_line(const Event& event) {
  std::string line;
  line.reserve(kLineBytesUsual);
  line.append(timestamp(event.when)).append(1, ' ').append(to_string(event.level));
  line.append(1, ' ').append(event.name);
  for (const Field& field : event.fields) {
    line.append(1, ' ').append(field.key).append(1, '=');
    std::visit(TextValue{line}, field.value);
  }
  return line;
}

}  // namespace larder::log
