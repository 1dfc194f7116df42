// One life of a store in a simulation, from its start to its end: its disk, index, sources and
// executor, and the eyes that watch it. All that touches the store's interface is here.
//
// Thread-safety: fibers of one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/clean_mark.h"
#include "cache/store.h"
#include "tests/sim/fibers.h"
#include "tests/sim/oracle.h"
#include "tests/sim/setting.h"
#include "tests/sim/sim_index.h"
#include "tests/sim/sim_source.h"
#include "tests/sim/stats.h"
#include "tests/support/memory_files.h"

namespace larder::sim {

// What outlives a life.
struct Ground {
  Fibers& fibers;
  testing::MemoryFiles& disk;
  SimIndex& index;
  Oracle& oracle;
  Stats& stats;
};

class World final : private cache::StoreObserver, private cache::Executor, private Clock {
 public:
  // All must outlive the world.
  World(const Ground& ground, const Setting& setting, const Life& life);
  // Requires: no fiber runs any more.
  ~World() override;

  // Opens the store as the daemon does, with the faults and the death the setting has.
  Status open();

  // What clients do. All may block.

  Result<std::unique_ptr<cache::BlobReader>> open_blob(const Cargo& cargo, cache::ByteRange wanted);
  void put_document(const Blob& document);
  void find_document(const Blob& document);
  void put_tag(const std::string& tag, const Blob& document);
  void find_tag(const std::string& tag);
  void flush();
  void pin(const Blob& blob);
  void unpin(const Blob& blob);

  // Stops the store, as a signal does. Blocks.
  void stop();
  // Returns when the store is to be stopped: nobody is left, the time has come, or it is dead.
  void wait_for_end();
  void client_left();
  void client_came() { ++clients_; }

  bool is_dead() const { return is_dead_; }
  // Clients may be cut.
  bool is_ending() const { return is_dead_ || is_stopping_; }
  // Nothing fails that could make a reader of `cargo` fail.
  bool must_serve(const Cargo& cargo) const;

  // With every fiber gone: nothing is left over, and the books are right. Then the last step of an
  // orderly stop.
  void close();

  Fibers& fibers() { return ground_.fibers; }
  testing::Random& random() { return ground_.fibers.random(); }
  Oracle& oracle() { return ground_.oracle; }
  Stats& stats() { return ground_.stats; }
  const Setting& setting() const { return setting_; }

 private:
  // Executor
  bool run(std::function<void()> work) override;
  // Clock
  MonoTime now() const override { return ground_.fibers.now(); }
  WallTime wall() const override;
  // StoreObserver
  void flight_started(const cache::Digest& digest) override;
  void flight_joined(const cache::Digest& digest) override;
  void flight_ended(const cache::Digest& digest, const Status& status,
                    std::uint64_t bytes) override;
  void blob_published(const cache::Digest& digest, std::uint64_t size_bytes) override;
  void cache_degraded(const cache::Digest& digest, const Error& why) override;
  void corrupt(const cache::Digest& digest, const std::string& source) override;
  void evicted(const cache::Digest& digest, std::uint64_t size_bytes) override;
  void flight_resumed(const cache::Digest& digest, std::uint64_t bytes) override;
  void source_failed(const cache::Digest& digest, const std::string& source,
                     const Error& why) override;

  void arm();
  Status make_store(std::uint64_t used_bytes);
  Status make_room(std::uint64_t bytes);
  void care();
  void check_books();
  void see(const testing::MemoryFiles::Seen& seen);
  void die();
  void make_sources();
  void reconcile();
  bool is_undisturbed() const;
  void promise_documents(const std::vector<cache::Digest>& digests);
  void tag_was_written(const cache::TagRecord& record);
  cache::TagName tag_name(const std::string& tag) const { return {"u", "r", tag}; }

  const Ground ground_;
  const Setting& setting_;
  const Life& life_;
  std::map<cache::Digest, std::vector<std::shared_ptr<cache::Source>>> sources_;
  cache::CleanMark clean_mark_;
  std::optional<cache::BlobFiles> blob_files_;
  std::optional<cache::SpaceKeeper> space_;
  cache::Claims claims_;
  cache::UseLog uses_;
  cache::Recordless recordless_;
  std::optional<cache::Evictor> evictor_;
  std::optional<cache::ParkedBlobs> parked_;
  std::unique_ptr<cache::Store> store_;
  std::stop_source stopping_;

  bool is_dead_ = false;
  bool is_stopping_ = false;
  bool agrees_ = false;             // index and files
  std::uint64_t known_excess_ = 0;  // what lay on disk when they began to agree, or less
  std::size_t clients_ = 0;
  std::uint64_t flights_ = 0;
  std::vector<cache::Digest> documents_;           // put and accepted in this life, in order
  std::set<cache::Digest> degraded_;               // or evicted: no promise in this life
  std::set<std::string> busy_;                     // tags and blobs that one client changes now
  std::map<std::string, std::uint64_t> tags_put_;  // tag -> documents before its last put
  std::map<cache::Digest, std::uint64_t> pinned_;  // blob -> the step since which it is
  std::map<cache::Digest, std::uint64_t> clean_bytes_;  // sent by exact sources
  std::size_t evictions_ = 0;                           // under way
  std::uint64_t eviction_began_ = 0;                    // the step, of the first of them
};

}  // namespace larder::sim
