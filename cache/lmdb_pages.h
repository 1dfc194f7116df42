// Whether the pages of an index are sound trees (LMDB 0.9's format), read without LMDB.
//
// LMDB checks next to nothing: a page whose own numbers are wrong can make it write past the end of
// its memory, long after every row could be read. So the pages are looked at one by one: each has
// one place in one tree or on the list of free ones, and everything on it lies within it.
// Thread-safety: any thread. Blocks: on disk, for all pages.
#pragma once

#include <cstdint>
#include <filesystem>

#include "cache/base/result.h"

namespace larder::cache {

// As of `transaction`, whose pages a read transaction keeps from being used again, or nobody
// writes. Returns: corrupt with the first thing found, io.
Status check_pages(const std::filesystem::path& data_file, std::uint64_t transaction);

}  // namespace larder::cache
