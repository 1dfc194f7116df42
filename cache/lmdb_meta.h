// The two pages at the head of data.mdb that say where everything is (LMDB 0.9's format).
//
// LMDB believes them: a wrong size there makes it map or read what is not there.
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "cache/base/result.h"
#include "cache/files.h"

namespace larder::cache {

// As mdb.c lays it out on a machine of 64 bits.
struct LmdbTable {
  std::uint32_t page_bytes;  // of the whole file, in the first table; 0 in the second
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t rows;
  std::uint64_t root;  // kNoPage when it is empty
};
struct LmdbMetaPage {
  std::array<std::byte, 16> page_header;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  LmdbTable free_pages;
  LmdbTable rows;
  std::uint64_t last_page;
  std::uint64_t transaction;
};
static_assert(sizeof(LmdbMetaPage) == 152, "no padding anywhere");

inline constexpr std::uint64_t kNoPage = ~0ULL;

// Whether LMDB can be let near this file. An absent or empty one is fine.
// Returns: corrupt, or io when it cannot be read.
Status check_meta_pages(const std::filesystem::path& data_file);

// What the file says as of this transaction; empty when a later one has taken the place.
Result<std::optional<LmdbMetaPage>> meta_page_of(const File& data_file, std::uint64_t transaction);

}  // namespace larder::cache
