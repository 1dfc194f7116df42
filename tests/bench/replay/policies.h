// Eviction policies over objects in memory, behind one face.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/replay/trace.h"

namespace larder::bench {

class Policy {
 public:
  Policy(const World& world, std::uint64_t capacity_bytes)
      : world_(world), capacity_bytes_(capacity_bytes), is_cached_(world.size_bytes.size()) {}
  virtual ~Policy() = default;

  // A request for an object, which is cached afterwards. Returns: whether it was before.
  bool request(ObjectId id);
  // Counts as a use of an object that is cached.
  void touch(ObjectId id) {
    if (is_cached_[id]) hit(id);
  }
  // A tag that named this version names another one now.
  virtual void superseded(VersionId) {}
  bool is_cached(ObjectId id) const { return is_cached_[id]; }

 protected:
  virtual void hit(ObjectId id) = 0;
  virtual void insert(ObjectId id) = 0;
  // Chooses one, forgets it and says which.
  virtual ObjectId take_victim() = 0;
  // It goes without having been chosen.
  virtual void forget(ObjectId id) = 0;
  // What else goes with a victim.
  virtual std::vector<ObjectId> companions(ObjectId) const { return {}; }

  std::uint64_t size(ObjectId id) const { return world_.size_bytes[id]; }

  const World& world_;
  const std::uint64_t capacity_bytes_;

 private:
  void make_room(std::uint64_t bytes);
  void drop(ObjectId id);

  std::uint64_t used_bytes_ = 0;
  std::vector<bool> is_cached_;
};

struct PolicyKind {
  std::string name;
  std::function<std::unique_ptr<Policy>(const World&, std::uint64_t capacity_bytes)> make;
  bool manifest_counts_for_layers = false;
};

std::vector<PolicyKind> all_policies();

}  // namespace larder::bench
