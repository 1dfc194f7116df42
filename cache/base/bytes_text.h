// Amounts of bytes as people read them.
//
// Thread-safety: a function of its argument. Blocks: no.
#pragma once

#include <cstdint>
#include <string>

namespace larder {

// "512 B", "5.2 GiB"
std::string bytes_text(std::uint64_t bytes);

}  // namespace larder
