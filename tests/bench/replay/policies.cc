#include "tests/bench/replay/policies.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>

#include "cache/eviction_policy.h"

namespace larder::bench {

bool Policy::request(ObjectId id) {
  if (is_cached_[id]) {
    hit(id);
    return true;
  }
  if (size(id) > capacity_bytes_) return false;
  make_room(size(id));
  insert(id);
  is_cached_[id] = true;
  used_bytes_ += size(id);
  return false;
}

void Policy::make_room(std::uint64_t bytes) {
  while (used_bytes_ + bytes > capacity_bytes_) {
    const ObjectId victim = take_victim();
    drop(victim);
    for (const ObjectId id : companions(victim)) {
      forget(id);
      drop(id);
    }
  }
}

void Policy::drop(ObjectId id) {
  is_cached_[id] = false;
  used_bytes_ -= size(id);
}

namespace {

using cache::Queue;
using Order = std::list<ObjectId>;  // oldest first

class Fifo : public Policy {
 public:
  Fifo(const World& world, std::uint64_t capacity_bytes)
      : Policy(world, capacity_bytes), places_(world.size_bytes.size()) {}

 protected:
  void hit(ObjectId) override {}
  void insert(ObjectId id) override { places_[id] = order_.insert(order_.end(), id); }
  ObjectId take_victim() override {
    const ObjectId id = order_.front();
    order_.pop_front();
    return id;
  }
  void forget(ObjectId id) override { order_.erase(places_[id]); }

  Order order_;
  std::vector<Order::iterator> places_;
};

class Lru final : public Fifo {
 public:
  using Fifo::Fifo;

 protected:
  void hit(ObjectId id) override { order_.splice(order_.end(), order_, places_[id]); }
};

class Sieve final : public Fifo {
 public:
  Sieve(const World& world, std::uint64_t capacity_bytes)
      : Fifo(world, capacity_bytes), visited_(world.size_bytes.size()), hand_(order_.end()) {}

 protected:
  void hit(ObjectId id) override { visited_[id] = true; }
  ObjectId take_victim() override {
    for (;; ++hand_) {
      if (hand_ == order_.end()) hand_ = order_.begin();
      if (!visited_[*hand_]) break;
      visited_[*hand_] = false;
    }
    const ObjectId id = *hand_;
    hand_ = order_.erase(hand_);
    return id;
  }

 private:
  std::vector<bool> visited_;
  Order::iterator hand_;
};

struct S3Options {
  unsigned uses_for_main = 1;       // that lead from probation to main
  bool keeps_documents = false;     // until no layer of theirs is cached
  bool takes_left_behind = false;   // siblings on probation that no whole image needs
  bool demotes_superseded = false;  // what only an image needs whose tag has moved on
};

// S3-FIFO: by cache/eviction_policy.h, and what could be added to it.
class S3Fifo final : public Policy {
 public:
  S3Fifo(const World& world, std::uint64_t capacity_bytes, const S3Options& options)
      : Policy(world, capacity_bytes),
        options_(options),
        entries_(world.size_bytes.size()),
        used_at_(world.size_bytes.size()) {}

  void superseded(VersionId old) override {
    if (!options_.demotes_superseded) return;
    for (const ObjectId id : world_.versions[old].objects) {
      if (!is_cached(id) || is_needed_by_another(id, old)) continue;
      leave(id);
      enter(Queue::probation, id, 0);
    }
  }

 protected:
  void hit(ObjectId id) override {
    used_at_[id] = ++now_;
    entries_[id].uses = std::min(cache::kFrequencyMax, entries_[id].uses + 1);
  }

  void insert(ObjectId id) override {
    used_at_[id] = ++now_;
    enter(take_ghost(id) ? Queue::main : Queue::probation, id, 0);
  }

  ObjectId take_victim() override {
    for (;;) {
      const std::uint64_t all_bytes = line(Queue::probation).bytes + line(Queue::main).bytes;
      const Queue queue = cache::queue_to_shrink(line(Queue::probation).bytes, all_bytes);
      const ObjectId id = line(queue).order.front();
      const auto chance = second_chance(id, queue);
      leave(id);
      if (chance) {
        enter(chance->queue, id, chance->frequency);
      } else if (options_.keeps_documents && is_document_of_cached_layer(id)) {
        enter(Queue::main, id, 0);
      } else {
        if (queue == Queue::probation) remember(id);
        return id;
      }
    }
  }

  void forget(ObjectId id) override { leave(id); }

  std::vector<ObjectId> companions(ObjectId victim) const override {
    std::vector<ObjectId> found;
    const std::vector<VersionId> images = cached_images(victim);
    if (!options_.takes_left_behind || images.size() > kImagesMax) return found;
    for (const VersionId image : images) {
      for (const ObjectId id : world_.versions[image].objects) {
        const bool is_new = std::find(found.begin(), found.end(), id) == found.end();
        if (id != victim && is_new && is_left_behind(id, victim)) found.push_back(id);
      }
    }
    return found;
  }

 private:
  struct Line {
    Order order;
    std::uint64_t bytes = 0;
  };
  struct Entry {
    Queue queue = Queue::probation;
    Order::iterator place;
    unsigned uses = 0;
  };
  static constexpr std::size_t kImagesMax = 8;
  static constexpr std::uint64_t kSameUse = 300;  // requests

  Line& line(Queue queue) { return queue == Queue::probation ? probation_ : main_; }

  void enter(Queue queue, ObjectId id, unsigned uses) {
    Order& order = line(queue).order;
    entries_[id] = {queue, order.insert(order.end(), id), uses};
    line(queue).bytes += size(id);
  }
  void leave(ObjectId id) {
    const Entry& entry = entries_[id];
    line(entry.queue).bytes -= size(id);
    line(entry.queue).order.erase(entry.place);
  }

  std::optional<cache::Requeue> second_chance(ObjectId id, Queue queue) const {
    const unsigned uses = entries_[id].uses;
    if (queue == Queue::probation && uses < options_.uses_for_main) return std::nullopt;
    static constexpr std::array<std::byte, 32> kNoDigest{};
    const auto digest = cache::Digest::from_bytes(cache::DigestAlgorithm::sha256, kNoDigest);
    return cache::second_chance({digest, size(id), queue, 0, uses}, /*is_used=*/false);
  }

  void remember(ObjectId id) {
    ghosts_.insert(id);
    ghost_order_.push_back(id);
    ghost_bytes_ += size(id);
    while (ghost_bytes_ > capacity_bytes_ / 100 * cache::kGhostPercent) {
      ghosts_.erase(ghost_order_.front());
      ghost_bytes_ -= size(ghost_order_.front());
      ghost_order_.pop_front();
    }
  }
  bool take_ghost(ObjectId id) { return ghosts_.erase(id) > 0; }

  // The versions an object belongs to whose manifest is cached, as the index would know them.
  std::vector<VersionId> cached_images(ObjectId id) const {
    std::vector<VersionId> images;
    for (const VersionId version : world_.needed_by[id]) {
      const ObjectId manifest = world_.versions[version].manifest();
      if (manifest == id || is_cached(manifest)) images.push_back(version);
    }
    return images;
  }
  bool is_needed_by_another(ObjectId id, VersionId old) const {
    const std::vector<VersionId> images = cached_images(id);
    return std::any_of(images.begin(), images.end(), [&](VersionId other) { return other != old; });
  }
  bool is_left_behind(ObjectId id, ObjectId victim) const {
    if (!is_cached(id) || entries_[id].queue != Queue::probation ||
        used_at_[id] > used_at_[victim] + kSameUse) {
      return false;
    }
    const std::vector<VersionId> images = cached_images(id);
    return images.size() <= kImagesMax &&
           std::none_of(images.begin(), images.end(), [&](VersionId image) {
             const auto& objects = world_.versions[image].objects;
             return std::all_of(objects.begin(), objects.end(),
                                [&](ObjectId other) { return is_cached(other); });
           });
  }
  bool is_document_of_cached_layer(ObjectId id) const {
    const auto& images = world_.needed_by[id];
    return std::any_of(images.begin(), images.end(), [&](VersionId image) {
      const auto& objects = world_.versions[image].objects;
      const auto layers = objects.begin() + kDocuments;
      return std::find(objects.begin(), layers, id) != layers &&
             std::any_of(layers, objects.end(), [&](ObjectId layer) { return is_cached(layer); });
    });
  }

  const S3Options options_;
  Line probation_, main_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> used_at_;  // in requests
  std::uint64_t now_ = 0;
  std::unordered_set<ObjectId> ghosts_;
  Order ghost_order_;
  std::uint64_t ghost_bytes_ = 0;
};

template <class T>
PolicyKind plain(const std::string& name) {
  return {name, [](const World& world, std::uint64_t capacity_bytes) {
            return std::make_unique<T>(world, capacity_bytes);
          }};
}

PolicyKind s3(const std::string& name, const S3Options& options, bool manifest_counts = false) {
  return {name,
          [options](const World& world, std::uint64_t capacity_bytes) {
            return std::make_unique<S3Fifo>(world, capacity_bytes, options);
          },
          manifest_counts};
}

}  // namespace

std::vector<PolicyKind> all_policies() {
  return {
      plain<Fifo>("FIFO"),
      plain<Lru>("LRU"),
      plain<Sieve>("SIEVE"),
      s3("S3-FIFO, main after 2 uses", {.uses_for_main = 2}),
      s3("S3-FIFO, main after 1 use", {}),
      s3("+ keeps documents", {.keeps_documents = true}),
      s3("+ manifest counts for layers", {}, /*manifest_counts=*/true),
      s3("+ demotes superseded", {.demotes_superseded = true}),
      s3("+ takes left behind", {.takes_left_behind = true}),
      s3("+ both (Larder)", {.takes_left_behind = true, .demotes_superseded = true}),
  };
}

}  // namespace larder::bench
