// Any text is a URL or not; one that is accepted is written and read back unchanged, and a redirect
// never leaves https.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using larder::http::Url;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = Url::parse(text); url.ok()) {
    CHECK(url->target.starts_with('/'));
    const auto again = Url::parse(url->str());
    CHECK(again.ok());
    CHECK(*again == *url);
  }

  const auto from = Url::parse("https://registry.example:5000/v2/a/blobs/b?ns=docker.io");
  const auto to = larder::http::redirect_target(*from, text);
  if (to.ok()) CHECK(to->is_https() && to->target.starts_with('/'));
  return 0;
}
