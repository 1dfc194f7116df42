#include "daemon/auth/aws/canonical_request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::aws {

namespace {

// RFC 3986 section 5.2.4; consecutive slashes count as one.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  return segments;
}

// What is on the wire is encoded once; it is encoded again here.
std::string canonical_path(std::string_view path) {
  std::string canonical;
  for (const auto segment : segments_of(path)) canonical += "/" + http::percent_encoded(segment);
  if (canonical.empty() || path.ends_with('/')) canonical += "/";
  return canonical;
}

// However it is written on the wire.
std::string encoded_once(std::string_view text) {
  const auto decoded = http::percent_decoded(text);
  return http::percent_encoded(decoded ? std::string_view(*decoded) : text);
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const auto equals = std::min(one.find('='), one.size());
    const auto value = one.substr(std::min(equals + 1, one.size()));
    if (!one.empty()) {
      parameters.emplace_back(encoded_once(one.substr(0, equals)), encoded_once(value));
    }
  }
  std::sort(parameters.begin(), parameters.end());
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    canonical.append(canonical.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return canonical;
}

}  // namespace

CanonicalRequest canonical_request(const SignedParts& parts) {
  const auto [path, query] = http::split_target(parts.target);
  CanonicalRequest canonical;
  canonical.text = std::string(parts.method) + "\n" + canonical_path(path) + "\n";
  canonical.text += canonical_query(query) + "\n";
  for (const auto& [name, value] : parts.headers) {
    canonical.text.append(name).append(":").append(value).append("\n");
    canonical.signed_headers.append(canonical.signed_headers.empty() ? "" : ";").append(name);
  }
  canonical.text += "\n" + canonical.signed_headers + "\n";
  canonical.text += auth::hex(auth::bytes_of(auth::sha256(parts.body)));
  return canonical;
}

std::string canonical_value(std::string_view value) {
  std::string canonical;
  for (const char c : http::trim(value)) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && canonical.ends_with(' ')) continue;
    canonical.push_back(is_space ? ' ' : c);
  }
  return canonical;
}

}  // namespace larder::aws
