// IP addresses and the blocks that hold them, as numbers.
//
// IPv4 is kept mapped into IPv6, so both spellings of an address are one; an IPv6 block never
// covers IPv4, however short its prefix is.
// Thread-safety: values. Blocks: no.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/socket_address.h"

namespace larder::http {

struct IpAddress {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool is_v4() const { return high == 0 && low >> 32 == 0xffff; }
  auto operator<=>(const IpAddress&) const = default;
};

// "10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3"; nothing for anything else.
std::optional<IpAddress> parse_address(std::string_view text);

// Nothing for a unix socket.
std::optional<IpAddress> address_of(const SocketAddress& peer);
// The address of a connection's peer: "10.1.2.3:51324", "[2001:db8::1]:51324".
std::optional<IpAddress> address_of_peer(std::string_view peer);

std::string to_string(const IpAddress& address);

class IpBlock {
 public:
  // Bits beyond the prefix ("10.1.2.3/8") are a slip of the pen, or meant to be ignored.
  enum class StrayBits { refused, ignored };

  // "10.0.0.0/8", "2001:db8::/32", or a single address.
  // Returns: invalid, saying why.
  static Result<IpBlock> parse(std::string_view text, StrayBits stray = StrayBits::refused);

  bool contains(const IpAddress& address) const {
    return (address.high & mask_.high) == base_.high && (address.low & mask_.low) == base_.low &&
           (mask_.low >> 32 == 0xffffffff || address.is_v4() == base_.is_v4());
  }

 private:
  IpBlock(const IpAddress& base, const IpAddress& mask) : base_(base), mask_(mask) {}

  IpAddress base_;
  IpAddress mask_;
};

bool any_contains(std::span<const IpBlock> blocks, const IpAddress& address);

}  // namespace larder::http
