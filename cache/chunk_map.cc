#include "cache/chunk_map.h"

#define XXH_STATIC_LINKING_ONLY  // for the size of XXH3_state_t
#include <xxhash.h>

#include <bit>
#include <cstring>

#include "cache/base/check.h"

namespace larder::cache {

namespace {

static_assert(std::endian::native == std::endian::little, "fields are copied as they are");

// "LRDCHNK" and the version.
constexpr std::uint64_t kMagic = 0x014b4e484344524cULL;

struct Header {
  std::uint64_t magic;
  std::uint64_t blob_bytes;
  std::uint64_t chunk_bytes;
  std::uint64_t check;  // of the three before
};
static_assert(sizeof(Header) == kChunkMapHeaderBytes);

struct Record {
  std::uint32_t chunk;
  std::uint32_t check;  // of chunk and sum
  ChunkSum sum;
};
static_assert(sizeof(Record) == kChunkRecordBytes);

std::uint64_t check_of(const Header& header) {
  return XXH3_64bits(&header, offsetof(Header, check));
}

// Never 0 for an empty record: a hole in the file is not a record of chunk 0.
std::uint32_t check_of(const Record& record) {
  const std::uint64_t fields[] = {record.chunk, record.sum};
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(fields, sizeof fields, kMagic)) | 1U;
}

}  // namespace

ChunkSum chunk_sum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct ChunkSummer::State {
  XXH3_state_t xxh3;
};

ChunkSummer::ChunkSummer() = default;
ChunkSummer::~ChunkSummer() = default;
ChunkSummer::ChunkSummer(ChunkSummer&&) noexcept = default;
ChunkSummer& ChunkSummer::operator=(ChunkSummer&&) noexcept = default;

void ChunkSummer::begin() {
  if (state_ == nullptr) state_ = std::make_unique<State>();
  XXH3_64bits_reset(&state_->xxh3);
}

void ChunkSummer::add(std::span<const std::byte> bytes) {
  CHECK(state_ != nullptr);
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

ChunkSum ChunkSummer::sum() const {
  CHECK(state_ != nullptr);
  return XXH3_64bits_digest(&state_->xxh3);
}

std::array<std::byte, kChunkMapHeaderBytes> encode_chunk_map_header(std::uint64_t blob_bytes,
                                                                    std::uint64_t chunk_bytes) {
  Header header{kMagic, blob_bytes, chunk_bytes, 0};
  header.check = check_of(header);
  return std::bit_cast<std::array<std::byte, kChunkMapHeaderBytes>>(header);
}

std::array<std::byte, kChunkRecordBytes> encode_chunk_record(std::uint32_t chunk, ChunkSum sum) {
  Record record{chunk, 0, sum};
  record.check = check_of(record);
  return std::bit_cast<std::array<std::byte, kChunkRecordBytes>>(record);
}

std::optional<ChunkMap> decode_chunk_map(std::span<const std::byte> bytes) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic || header.check != check_of(header)) return std::nullopt;
  if (header.chunk_bytes == 0 || header.blob_bytes == 0) return std::nullopt;
  ChunkMap map{header.blob_bytes, header.chunk_bytes, {}};
  const std::uint64_t chunks = (header.blob_bytes - 1) / header.chunk_bytes + 1;
  for (bytes = bytes.subspan(sizeof header); bytes.size() >= sizeof(Record);
       bytes = bytes.subspan(sizeof(Record))) {
    Record record;
    std::memcpy(&record, bytes.data(), sizeof record);
    if (record.check != check_of(record) || record.chunk >= chunks) continue;
    map.sums.insert_or_assign(record.chunk, record.sum);
  }
  return map;
}

}  // namespace larder::cache
