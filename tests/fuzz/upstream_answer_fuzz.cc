// What an upstream says besides HTTP itself: Content-Range, Content-Type, documents, token answers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/token_server.h"
#include "daemon/upstream/content_range.h"
#include "daemon/upstream/manifest_type.h"

namespace {

using namespace larder;

bool is_clean(std::string_view text) {
  return text.find_first_of("\r\n\t \"") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto content = upstream::parse_content_range(text)) {
    CHECK(content->range.begin < content->range.end);
    CHECK(!content->size_bytes || content->range.end <= *content->size_bytes);
  }
  CHECK(is_clean(upstream::specific_media_type(text)));
  CHECK(is_clean(upstream::media_type_inside(text).value_or("")));
  if (const auto token = auth::parse_token_answer(std::string(text))) {
    CHECK(!token->token.empty() && is_clean(token->token));
    CHECK(token->lifetime >= std::chrono::seconds(1));
  }
  return 0;
}
