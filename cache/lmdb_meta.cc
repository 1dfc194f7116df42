#include "cache/lmdb_meta.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "cache/posix_files.h"

namespace larder::cache {

namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr unsigned kDepthMax = 32;
constexpr std::uint16_t kFlagsOfFreePages = 0x08;  // its keys are integers
constexpr std::uint32_t kPageBytesMin = 512;
constexpr std::uint32_t kPageBytesMax = 32768;

Error damaged(std::string_view what) {
  return {Errc::corrupt, "index: a damaged meta page: " + std::string(what)};
}

bool is_good(const LmdbTable& table, std::uint64_t last_page) {
  const std::uint64_t pages_max = last_page + 1;
  if (table.depth > kDepthMax) return false;
  if (table.root != kNoPage && table.root > last_page) return false;
  if ((table.root == kNoPage) != (table.depth == 0)) return false;
  return table.branch_pages <= pages_max && table.leaf_pages <= pages_max &&
         table.overflow_pages <= pages_max;
}

Status check_page(const LmdbMetaPage& page, std::uint64_t file_bytes) {
  if (page.magic != kMagic || page.version != kVersion) return damaged("not LMDB 0.9");
  const std::uint32_t page_bytes = page.free_pages.page_bytes;
  const bool is_power_of_2 = (page_bytes & (page_bytes - 1)) == 0;
  if (!is_power_of_2 || page_bytes < kPageBytesMin || page_bytes > kPageBytesMax) {
    return damaged("page size");
  }
  // Pages at the end may be missing when they were never written; not most of the file.
  constexpr std::uint64_t kMissingBytesMax = 64 << 20;
  const std::uint64_t pages_max = (file_bytes * 2 + kMissingBytesMax) / page_bytes;
  if (page.last_page < 1 || page.last_page > pages_max) return damaged("size");
  if (page.free_pages.flags != kFlagsOfFreePages || page.rows.flags != 0) {
    return damaged("flags");
  }
  if (!is_good(page.free_pages, page.last_page)) return damaged("tree");
  return is_good(page.rows, page.last_page) ? Status() : Status(damaged("tree"));
}

Result<LmdbMetaPage> read_page(const File& file, std::uint64_t offset) {
  LmdbMetaPage page{};
  const Result<std::size_t> read =
      file.read_at(offset, std::as_writable_bytes(std::span(&page, 1)));
  if (!read) return read.error();
  if (*read != sizeof page) return damaged("cut short");
  return page;
}

Status check_file(const File& file) {
  const Result<std::uint64_t> file_bytes = file.size_bytes();
  if (!file_bytes) return file_bytes.error();
  if (*file_bytes == 0) return {};
  const Result<LmdbMetaPage> first = read_page(file, 0);
  if (!first) return first.error();
  if (Status good = check_page(*first, *file_bytes); !good) return good;
  const Result<LmdbMetaPage> second = read_page(file, first->free_pages.page_bytes);
  if (!second) return second.error();
  return check_page(*second, *file_bytes);
}

}  // namespace

Status check_meta_pages(const std::filesystem::path& data_file) {
  PosixFiles files;
  const Result<std::unique_ptr<File>> file = files.open_read(data_file);
  if (!file) return file.error().code == Errc::not_found ? Status() : Status(file.error());
  return check_file(**file);
}

Result<std::optional<LmdbMetaPage>> meta_page_of(const File& data_file, std::uint64_t transaction) {
  const Result<LmdbMetaPage> first = read_page(data_file, 0);
  if (!first) return first.error();
  const Result<LmdbMetaPage> second = read_page(data_file, first->free_pages.page_bytes);
  if (!second) return second.error();
  if (first->transaction == transaction) return std::optional(*first);
  if (second->transaction == transaction) return std::optional(*second);
  return std::optional<LmdbMetaPage>();
}

}  // namespace larder::cache
