// A cache in memory that evicts: blobs of any size by name, a budget, and nothing else.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/evictor.h"
#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_files.h"
#include "tests/support/memory_index.h"
#include "tests/support/recording_observer.h"

namespace larder::testing {

// Parked flights by name.
class FakePartialBlobs final : public cache::PartialBlobs {
 public:
  std::vector<Idle> idle(std::size_t count) const override {
    return {parked.begin(),
            parked.begin() + static_cast<std::ptrdiff_t>(std::min(count, parked.size()))};
  }
  std::uint64_t remove(const cache::Digest& digest) override {
    for (auto it = parked.begin(); it != parked.end(); ++it) {
      if (it->digest != digest) continue;
      const std::uint64_t bytes = it->disk_bytes;
      parked.erase(it);
      return bytes;
    }
    return 0;
  }

  std::vector<Idle> parked;  // least recently used first
};

class EvictionFixture : public ::testing::Test {
 protected:
  EvictionFixture() { make_cache({.budget_bytes = 100 * kBlock}); }

  void make_cache(const cache::SpaceLimits& limits) {
    auto opened = cache::BlobFiles::open(files_, "/cache");
    CHECK(opened.ok());
    blob_files_.emplace(*std::move(opened));
    space_.emplace(limits, 0, [this] { return files_.space("/cache"); });
    evictor_.emplace(cache::Evictor::Parts{index_, *blob_files_, *space_, claims_, observer_, uses_,
                                           clock_, recordless_});
    evictor_->set_partial_blobs(partials_);
    space_->set_make_room([this](std::uint64_t bytes) { return evictor_->make_room(bytes); });
  }

  static cache::Digest digest(const std::string& name) { return digest_of_text(name); }

  // A complete blob of so many blocks, counted in the budget.
  cache::Digest add(const std::string& name, std::uint64_t blocks = 10,
                    cache::Queue queue = cache::Queue::probation) {
    const cache::Digest added = digest(name);
    auto file = blob_files_->begin(added);
    CHECK(file.ok());
    CHECK((*file)->write_at(0, bytes_of(std::string(blocks * kBlock, 'x'))).ok());
    CHECK(blob_files_->publish(added, **file).ok());
    const WallTime now = clock_.wall();
    CHECK(index_.put_blob(added, {blocks * kBlock, "", now, now, 0, queue}, std::nullopt).ok());
    space_->count(blocks * kBlock);
    return added;
  }

  void use(const std::string& name) {
    uses_.note(digest(name), clock_.wall());
    CHECK(uses_.flush(index_).ok());
  }

  void pin(const std::string& name) {
    CHECK(index_.put_pin(digest(name), {"test", clock_.wall()}).ok());
  }

  void contains(const std::string& parent, const std::vector<std::string>& children) {
    std::vector<cache::Digest> digests;
    for (const std::string& child : children) digests.push_back(digest(child));
    CHECK(index_.put_children(digest(parent), digests).ok());
  }

  bool has_file(const std::string& name) const { return blob_files_->find(digest(name)).ok(); }
  bool has_record(const std::string& name) const {
    return index_.find_blob(digest(name)).value().has_value();
  }
  bool has(const std::string& name) const { return has_file(name) && has_record(name); }

  MemoryFiles files_;
  MemoryIndex index_;
  FakeClock clock_;
  RecordingObserver observer_;
  cache::Claims claims_;
  cache::UseLog uses_;
  cache::Recordless recordless_;
  FakePartialBlobs partials_;
  std::optional<cache::BlobFiles> blob_files_;
  std::optional<cache::SpaceKeeper> space_;
  std::optional<cache::Evictor> evictor_;
};

}  // namespace larder::testing
