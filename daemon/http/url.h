// An absolute http or https URL, split (RFC 3986), and the joining of redirects.
//
// Bytes are kept as written: a presigned query must reach the wire unchanged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::http {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, "/" at least; the fragment is dropped

  // Returns: invalid: another scheme, user info, an empty or malformed host, port 0, control
  // characters, spaces.
  static Result<Url> parse(std::string_view text);

  bool is_https() const { return scheme == "https"; }
  std::string authority() const;  // "host", "host:port" when the port is not the scheme's own
  std::string str() const;
  // For logs: without the query, which may carry a signature.
  std::string without_query() const;
  bool same_origin(const Url& other) const;

  bool operator==(const Url&) const = default;
};

// Where a redirect leads. `location` may be absolute, network-path, absolute-path or relative.
// Returns: invalid; denied when it would leave https for http.
Result<Url> redirect_target(const Url& from, std::string_view location);

}  // namespace larder::http
