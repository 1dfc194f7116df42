#include "daemon/http/local_names.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "daemon/http/socket_address.h"

namespace larder::http {

namespace {

constexpr std::array<std::string_view, 13> kNames{
    "localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback",
    // metadata services of Google, Amazon, Azure, Alibaba, Tencent
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data",
    "instance-data.ec2.internal", "metadata.azure.internal", "metadata.azure.com",
    "metadata.aliyun.com", "metadata.tencentyun.com"};

// As a resolver reads it: one to four numbers, decimal, octal or hexadecimal.
std::optional<SocketAddress> loosely_spelled_v4(const std::string& host) {
  in_addr ip{};
  if (::inet_aton(host.c_str(), &ip) == 0) return std::nullopt;
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &ip, text.data(), text.size());
  return SocketAddress::parse(text.data(), 0);
}

}  // namespace

bool is_local_or_metadata_host(const std::string& host) {
  auto address = SocketAddress::parse(host, 0);
  if (!address) address = loosely_spelled_v4(host);
  if (address) return is_local_or_metadata(*address);
  return host.ends_with(".localhost") ||
         std::find(kNames.begin(), kNames.end(), host) != kNames.end();
}

}  // namespace larder::http
