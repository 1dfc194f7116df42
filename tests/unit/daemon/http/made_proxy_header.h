// PROXY headers, made by hand.
#pragma once

#include <string>
#include <string_view>

namespace larder::http {

// `command`: 0 LOCAL, 1 PROXY; `family`: 0x11 TCP over IPv4, 0x21 TCP over IPv6.
inline std::string proxy_header(int command, int family, std::string_view rest) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += static_cast<char>(0x20 | command);
  header += static_cast<char>(family);
  header += static_cast<char>(rest.size() >> 8);
  header += static_cast<char>(rest.size());
  return header.append(rest);
}

// 192.0.2.7:51324 to 10.0.0.1:443.
inline std::string addresses_v4() {
  return {"\xc0\x00\x02\x07\x0a\x00\x00\x01\xc8\x7c\x01\xbb", 12};
}

inline std::string relayed_v4(std::string_view extensions = {}) {
  return proxy_header(1, 0x11, addresses_v4().append(extensions));
}

// From a connection by IPv6, 16 bytes each; the ports are 51324 and 443.
inline std::string relayed_v6(std::string_view source) {
  return proxy_header(
      1, 0x21, std::string(source) + std::string(16, '\0') + std::string("\xc8\x7c\x01\xbb", 4));
}

}  // namespace larder::http
