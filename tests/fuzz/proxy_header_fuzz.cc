// Any bytes are a PROXY header or not, however the network cuts them; one that is accepted is as
// long as it says, and a byte less is no header yet.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/proxy_header.h"

namespace {

using namespace larder::http;

// As the entrance does: takes what is asked for until all of it is there. Nothing when it is
// refused or does not end.
std::string_view header_in(std::string_view bytes) {
  for (std::size_t have = 0;;) {
    const auto wanted = proxy_header_bytes(bytes.substr(0, have));
    if (!wanted || *wanted > bytes.size()) return {};
    CHECK(*wanted >= have && *wanted <= kProxyHeaderBytesMax);
    if (*wanted == have) return bytes.substr(0, have);
    have = *wanted;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_proxy_header(bytes));
  const auto header = header_in(bytes);
  if (header.empty()) return 0;
  const auto parsed = parse_proxy_header(header);
  CHECK(!parse_proxy_header(header.substr(0, header.size() - 1)).ok());
  if (parsed.ok() && parsed->source) CHECK(address_of(*parsed->source).has_value());
  return 0;
}
