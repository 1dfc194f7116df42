#include "cache/chunk_map.h"

#include <gtest/gtest.h>

#include <vector>

namespace larder::cache {
namespace {

constexpr std::uint64_t kChunk = 1 << 20;

std::vector<std::byte> map_of(std::uint64_t blob_bytes,
                              const std::vector<std::pair<std::uint32_t, ChunkSum>>& records) {
  const auto header = encode_chunk_map_header(blob_bytes, kChunk);
  std::vector<std::byte> bytes(header.begin(), header.end());
  for (const auto& [chunk, sum] : records) {
    const auto record = encode_chunk_record(chunk, sum);
    bytes.insert(bytes.end(), record.begin(), record.end());
  }
  return bytes;
}

TEST(ChunkMap, IsReadBackAsItWasWritten) {
  const auto map = decode_chunk_map(map_of(3 * kChunk, {{0, 7}, {2, 9}}));

  ASSERT_TRUE(map);
  EXPECT_EQ(map->blob_bytes, 3 * kChunk);
  EXPECT_EQ(map->chunk_bytes, kChunk);
  EXPECT_EQ(map->sums, (std::map<std::uint32_t, ChunkSum>{{0, 7}, {2, 9}}));
}

TEST(ChunkMap, TheLastRecordOfAChunkCounts) {
  EXPECT_EQ(decode_chunk_map(map_of(kChunk, {{0, 7}, {0, 8}}))->sums.at(0), 8u);
}

TEST(ChunkMap, LeavesOutRecordsOfChunksTheBlobDoesNotHave) {
  EXPECT_TRUE(decode_chunk_map(map_of(kChunk, {{1, 7}}))->sums.empty());
}

TEST(ChunkMap, LeavesOutDamagedRecordsAndHoles) {
  auto bytes = map_of(3 * kChunk, {{0, 7}, {1, 8}});
  bytes[kChunkMapHeaderBytes] ^= std::byte{1};
  bytes.resize(bytes.size() + kChunkRecordBytes + 5);

  EXPECT_EQ(decode_chunk_map(bytes)->sums, (std::map<std::uint32_t, ChunkSum>{{1, 8}}));
}

TEST(ChunkMap, RefusesEveryDamagedHeader) {
  const auto good = map_of(kChunk, {});
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= std::byte{0x10};
    EXPECT_FALSE(decode_chunk_map(bad)) << i;
  }
  EXPECT_FALSE(decode_chunk_map(std::span(good).first(good.size() - 1)));
  EXPECT_FALSE(decode_chunk_map({}));
}

TEST(ChunkSummer, GivesTheSameSumInPieces) {
  const std::vector<std::byte> bytes(1000, std::byte{5});
  ChunkSummer summer;

  summer.begin();
  summer.add(std::span(bytes).first(300));
  summer.add(std::span(bytes).subspan(300));

  EXPECT_EQ(summer.sum(), chunk_sum(bytes));
}

}  // namespace
}  // namespace larder::cache
