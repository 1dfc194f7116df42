// A store on an in-memory disk and index, with real threads, and the ways a test reads from it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "cache/hasher.h"
#include "cache/store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/memory_files.h"
#include "tests/support/memory_index.h"
#include "tests/support/recording_observer.h"
#include "tests/support/thread_executor.h"

namespace larder::testing {

// Bytes that differ from place to place, so that a misplaced piece shows.
inline std::string pattern_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 88172645463325252ULL;
  for (char& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state);
  }
  return bytes;
}

inline cache::Digest sha256_of(const std::string& bytes) {
  return cache::digest_of(cache::DigestAlgorithm::sha256, std::as_bytes(std::span(bytes)));
}

inline MonoTime soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

inline Result<std::string> bytes_of(const cache::Piece& piece) {
  if (piece.file == nullptr) {
    return std::string(reinterpret_cast<const char*>(piece.bytes.data()), piece.size_bytes);
  }
  std::string bytes(piece.size_bytes, '\0');
  const auto got = piece.file->read_at(piece.file_offset, std::as_writable_bytes(std::span(bytes)));
  if (!got.ok()) return got.error();
  bytes.resize(*got);
  return bytes;
}

// Everything a reader gives from `begin` to `end` (default: to its end), or why it stopped.
inline Result<std::string> read_range(cache::BlobReader& reader, std::uint64_t begin,
                                      std::optional<std::uint64_t> end = std::nullopt) {
  const auto size = reader.size_bytes(soon());
  if (!size.ok()) return size.error();
  std::string all;
  while (begin + all.size() < end.value_or(*size)) {
    const auto piece =
        reader.read(begin + all.size(), end.value_or(*size) - begin - all.size(), soon());
    if (!piece.ok()) return piece.error();
    const auto bytes = bytes_of(*piece);
    if (!bytes.ok()) return bytes.error();
    if (bytes->empty()) return Error{Errc::corrupt, "a piece without bytes"};
    all += *bytes;
  }
  return all;
}

class StoreFixture : public ::testing::Test {
 protected:
  StoreFixture() { make_store({}); }
  ~StoreFixture() override { close_store(); }

  // Fetches end before what they report to, which may be the test itself.
  void TearDown() override {
    store_->stop();
    executor_->wait();
  }

  // A second store over the same disk, as after a restart.
  void make_store(cache::SpaceLimits limits, cache::FlightLimits flights = {}) {
    close_store();
    auto opened = cache::BlobFiles::open(files_, "/cache");
    CHECK(opened.ok());
    blob_files_.emplace(*std::move(opened));
    const auto totals = index_.totals();
    space_.emplace(limits, totals.ok() ? totals->disk_bytes : 0,
                   [this] { return files_.space("/cache"); });
    evictor_.emplace(cache::Evictor::Parts{index_, *blob_files_, *space_, claims_, observer_, uses_,
                                           clock_, recordless_});
    parked_.emplace(*blob_files_, claims_, clock_);
    space_->count(*parked_->load());
    evictor_->set_partial_blobs(*parked_);
    space_->set_make_room([this](std::uint64_t bytes) { return evictor_->make_room(bytes); });
    executor_.emplace();
    store_ = std::make_unique<cache::Store>(
        cache::StoreParts{*blob_files_, index_, *space_, claims_, uses_, *evictor_, *parked_,
                          recordless_, clock_, *executor_, observer_, flights, children_of_});
  }

  void close_store() {
    if (store_ == nullptr) return;
    store_->stop();
    executor_->wait();
    store_.reset();
  }

  std::unique_ptr<cache::BlobReader> open(const cache::Digest& digest,
                                          std::vector<std::shared_ptr<cache::Source>> sources,
                                          cache::ByteRange wanted = cache::kWholeBlob) {
    auto reader = store_->open_blob(
        digest, [&] { return sources; }, wanted);
    return reader.ok() ? *std::move(reader) : nullptr;
  }

  // The blob's record is gone, its file is there.
  void lose_record(const cache::Digest& digest) {
    ASSERT_TRUE(index_.remove_blobs({&digest, 1}).ok());
  }

  static std::shared_ptr<FakeSource> source(const std::string& bytes,
                                            FakeSource::Behaviour behaviour = {},
                                            std::string name = "fake") {
    return std::make_shared<FakeSource>(bytes, behaviour, std::move(name));
  }

  MemoryFiles files_;
  MemoryIndex index_;
  FakeClock clock_;
  RecordingObserver observer_;
  std::optional<cache::BlobFiles> blob_files_;
  cache::Claims claims_;
  cache::UseLog uses_;
  cache::Recordless recordless_;
  cache::ChildrenOf children_of_;
  std::optional<cache::SpaceKeeper> space_;
  std::optional<cache::Evictor> evictor_;
  std::optional<cache::ParkedBlobs> parked_;
  std::optional<ThreadExecutor> executor_;
  std::unique_ptr<cache::Store> store_;
};

}  // namespace larder::testing
