#include "daemon/auth/sources/image_pattern.h"

#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

constexpr std::size_t kPatternBytesMax = 1024;

bool is_host_character(char c) {
  return http::is_alnum(c) || std::string_view("-._*:[]").find(c) != std::string_view::npos;
}

// What kubelet and Docker call the Hub's registry is one.
std::string canonical_host(std::string_view authority) {
  std::string host = http::to_lower(authority);
  if (host == "index.docker.io" || host == "registry-1.docker.io") host = "docker.io";
  return host;
}

std::vector<std::string> split_at_dots(std::string_view host) {
  std::vector<std::string> parts;
  while (true) {
    const auto dot = host.find('.');
    parts.emplace_back(host.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    host.remove_prefix(dot + 1);
  }
}

ImageLocation located(std::string_view authority, std::string path) {
  const std::string host = canonical_host(authority);
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  const bool has_port = colon != std::string::npos &&
                        (bracket == std::string::npos ? host.find(':') == colon : bracket < colon);
  if (!has_port) return {split_at_dots(host), {}, std::move(path)};
  return {split_at_dots(host.substr(0, colon)), host.substr(colon + 1), std::move(path)};
}

// "*" takes as many characters as it must: after a mismatch the last one takes one more.
bool is_glob_match(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken_to = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      taken_to = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++taken_to;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

// Docker's keys are those of its API: the version is no part of an image's name.
std::string_view without_api_version(std::string_view path) {
  for (const std::string_view version : {"/v1", "/v2"}) {
    if (path == version || path.substr(0, 4) == std::string(version) + "/") return path.substr(3);
  }
  return path;
}

}  // namespace

ImageLocation location_of(const CredentialQuestion& question) {
  return located(question.host, "/" + question.repository);
}

std::optional<ImagePattern> ImagePattern::parse(std::string_view text) {
  if (text.size() > kPatternBytesMax) return std::nullopt;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      break;
    }
  }
  const auto authority = text.substr(0, text.find('/'));
  auto path = without_api_version(text.substr(authority.size()));
  if (path == "/") path = {};
  const bool is_clean =
      std::ranges::all_of(authority, is_host_character) &&
      std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#'; });
  auto location = located(authority, std::string(path));
  if (authority.empty() || authority.ends_with(':') || !is_clean) return std::nullopt;
  if (!std::ranges::all_of(location.port, http::is_digit)) return std::nullopt;
  return ImagePattern(std::move(location), canonical_host(authority) + std::string(path));
}

bool ImagePattern::matches(const ImageLocation& image) const {
  return location_.port == image.port && image.path.starts_with(location_.path) &&
         std::ranges::equal(location_.host, image.host, is_glob_match);
}

}  // namespace larder::auth
