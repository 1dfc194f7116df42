// The fixture of the contract that every Index keeps: each test runs on each kind of index.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cache/index.h"
#include "cache/index_keeper.h"
#include "cache/lmdb_index.h"
#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/memory_index.h"
#include "tests/support/recording_index_observer.h"
#include "tests/support/temp_directory.h"

namespace larder::testing {

struct IndexKind {
  const char* name;
  std::unique_ptr<cache::Index> (*make)(const std::filesystem::path& directory);
};

inline std::unique_ptr<cache::Index> make_memory_index(const std::filesystem::path&) {
  return std::make_unique<MemoryIndex>();
}
inline std::unique_ptr<cache::Index> make_lmdb_index(const std::filesystem::path& directory) {
  return cache::LmdbIndex::open({.directory = directory, .map_bytes = 16 << 20}).value();
}

inline std::unique_ptr<cache::Index> make_kept_index(const std::filesystem::path& directory) {
  static const FakeClock clock;
  static RecordingIndexObserver observer;
  return cache::IndexKeeper::open(
             {.cache = directory, .reader = index_reader(), .map_bytes = 16 << 20}, clock, observer)
      .value();
}

inline auto every_index_kind() {
  return ::testing::Values(IndexKind{"Memory", make_memory_index},
                           IndexKind{"Lmdb", make_lmdb_index}, IndexKind{"Kept", make_kept_index});
}
inline std::string name_of_kind(const ::testing::TestParamInfo<IndexKind>& test) {
  return test.param.name;
}

class IndexContract : public ::testing::TestWithParam<IndexKind> {
 protected:
  Status remove(const cache::Digest& digest) { return index_->remove_blobs(std::span(&digest, 1)); }

  TempDirectory directory_;
  std::unique_ptr<cache::Index> index_ = GetParam().make(directory_.path());
};

inline WallTime at(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

inline cache::BlobRecord blob_of(std::uint64_t size_bytes) {
  return {.size_bytes = size_bytes,
          .media_type = "application/vnd.oci.image.layer.v1.tar+gzip",
          .stored_at = at(1'700'000'000'123'456'789)};
}

inline const cache::TagName kBusybox{"docker.io", "library/busybox", "latest"};

inline cache::TagRecord tag_of(std::string_view manifest) {
  return {digest_of_text(manifest), "application/vnd.oci.image.index.v1+json", manifest.size(),
          at(1'700'000'000'000'000'001), at(1'700'000'100'000'000'002)};
}

}  // namespace larder::testing
