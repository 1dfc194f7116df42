#include "daemon/control/timestamp.h"

#include <chrono>
#include <ctime>

#include "daemon/log/line.h"

namespace larder::control {

namespace {

constexpr char kForm[] = "dddd-dd-ddTdd:dd:dd.dddZ";  // d: a digit

bool has_form(const std::string& text) {
  if (text.size() != sizeof kForm - 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !is_digit : text[i] != kForm[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<WallTime> parse_timestamp(const std::string& text) {
  if (!has_form(text)) return std::nullopt;
  std::tm utc{};
  ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  const auto time = std::chrono::system_clock::from_time_t(::timegm(&utc)) +
                    std::chrono::milliseconds(std::stoi(text.substr(text.size() - 4, 3)));
  if (log::timestamp(time) != text) return std::nullopt;  // no such day or minute
  return time;
}

}  // namespace larder::control
