// What the file of signing keys says.
//
// Larder's own form is a JWK set (RFC 7517) with private keys and, in `nbf`, when each begins to
// sign. A PEM file with P-256 private keys, as `openssl genpkey` makes one, is taken as well; and a
// JWK set without `nbf`: in these the first key signs, and whoever made them rotates them.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/tokens/key_ring.h"

namespace larder::tokens {

inline constexpr std::size_t kKeyDocumentBytesMax = 64 * 1024;

// Returns: invalid, without a word of the content, when it is neither, has no key or one twice.
Result<std::vector<RingKey>> parse_key_document(std::string_view text);

// Secret.
std::string key_document(const std::vector<RingKey>& keys);

}  // namespace larder::tokens
