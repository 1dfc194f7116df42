#include "daemon/config/shapes.h"

#include <algorithm>
#include <array>
#include <climits>
#include <string>

namespace larder::config {

namespace {

constexpr std::size_t kKubernetesNameCharsMax = 253;
constexpr std::size_t kWordCharsMax = 255;

constexpr std::array<std::string_view, 8> kSecretEndings{
    "PASSWORD", "PASSWD", "SECRET", "TOKEN", "ACCESS_KEY", "SECRET_KEY", "API_KEY", "PRIVATE_KEY"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c);
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

}  // namespace

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

bool is_absolute_path(std::string_view text) {
  return text.size() > 1 && text.size() < PATH_MAX && text.starts_with('/') && !text.ends_with('/');
}

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) && !is_digit(text.front());
}

bool is_secret_name(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), upper);
  return std::any_of(kSecretEndings.begin(), kSecretEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_kubernetes_name(std::string_view text) {
  const auto fits = [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; };
  return !text.empty() && text.size() <= kKubernetesNameCharsMax &&
         std::all_of(text.begin(), text.end(), fits) && is_lower_or_digit(text.front()) &&
         is_lower_or_digit(text.back());
}

bool is_word(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; };
  return !text.empty() && text.size() <= kWordCharsMax &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace larder::config
