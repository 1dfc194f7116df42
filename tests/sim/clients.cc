#include "tests/sim/clients.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace larder::sim {

namespace {

using cache::BlobReader;
using cache::Outcome;
using cache::Piece;
using testing::Random;

struct ReadPlan {
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;
  std::uint64_t leaves_at = UINT64_MAX;
  std::uint64_t starts_after_us = 0;
  std::uint64_t rests_us_max = 0;  // between two reads
  std::optional<Duration> patience;
  cache::ByteRange wanted = cache::kWholeBlob;  // as the store is told
};

ReadPlan draw_plan(Random& random, std::uint64_t size) {
  ReadPlan plan;
  if (random.chance(500) && size > 0) {
    plan.begin = random.below(size);
    plan.end = random.chance(300) ? size : random.between(plan.begin + 1, size);
    if (random.chance(600)) plan.wanted = {plan.begin, plan.end};
    if (random.chance(100)) plan.wanted = {};
  }
  if (random.chance(150)) plan.leaves_at = random.between(plan.begin, size);
  if (random.chance(600)) plan.starts_after_us = random.between(1, 30'000);
  if (random.chance(300)) plan.rests_us_max = random.between(1, 50'000);
  if (random.chance(200)) plan.patience = std::chrono::milliseconds(random.between(1, 20'000));
  return plan;
}

class Reading {
 public:
  Reading(World& world, const Cargo& cargo, const ReadPlan& plan)
      : world_(world), cargo_(cargo), plan_(plan) {}

  void run() {
    world_.stats().add(Count::readers);
    if (plan_.starts_after_us > 0) rest(plan_.starts_after_us);
    must_succeed_ = world_.must_serve(cargo_);
    if (!open()) return;
    while (at_ < end_) {
      if (world_.is_dead() || at_ >= plan_.leaves_at)
        return world_.stats().add(Count::readers_gone);
      if (plan_.rests_us_max > 0) rest(world_.random().between(1, plan_.rests_us_max));
      if (!read_some()) return;
    }
    ended();
  }

 private:
  bool open() {
    const cache::Digest& digest = cargo_.blob->digest;
    const bool was_kept = world_.oracle().has_promised(digest);
    note("opens", plan_.begin, plan_.end);
    note("wants", plan_.wanted.begin, plan_.wanted.end);
    auto opened = world_.open_blob(cargo_, plan_.wanted);
    if (!opened.ok()) return failed(opened.error());
    reader_ = *std::move(opened);
    const bool is_kept = was_kept && world_.oracle().has_promised(digest);
    if (is_kept && world_.setting().disk_is_good() && !world_.is_ending() &&
        reader_->outcome() != Outcome::hit) {
      world_.oracle().violated("a blob that is kept is fetched again");
    }
    const auto size = reader_->size_bytes(deadline());
    if (!size.ok()) return failed(size.error());
    size_ = *size;
    if (size_ != cargo_.blob->bytes.size() && trusted()) {
      world_.oracle().violated("a reader is told a wrong size");
    }
    at_ = std::min(plan_.begin, size_);
    end_ = std::min(plan_.end, size_);
    return true;
  }

  bool read_some() {
    const std::uint64_t most = world_.setting().limits.chunk_bytes * 9;
    const std::uint64_t wanted =
        std::min(end_ - at_, world_.random().between(1 + most / 100, most));
    note("reads", at_, at_ + wanted);
    const auto piece = reader_->read(at_, wanted, deadline());
    if (!piece.ok()) return failed(piece.error());
    if (piece->size_bytes == 0 || piece->size_bytes > wanted) {
      world_.oracle().violated("a piece of a size nobody asked for");
      return false;
    }
    const auto bytes = bytes_of(*piece);
    if (!bytes.ok()) return failed(bytes.error());
    if (world_.is_dead()) return true;
    if (bytes->size() < piece->size_bytes) {
      world_.oracle().violated("a piece has fewer bytes than it tells");
      return false;
    }
    check(*bytes);
    at_ += bytes->size();
    return true;
  }

  static Result<std::string> bytes_of(const Piece& piece) {
    if (piece.file == nullptr) {
      return std::string(reinterpret_cast<const char*>(piece.bytes.data()), piece.size_bytes);
    }
    std::string bytes(piece.size_bytes, '\0');
    const auto got =
        piece.file->read_at(piece.file_offset, std::as_writable_bytes(std::span(bytes)));
    if (!got.ok()) return got.error();
    bytes.resize(*got);
    return bytes;
  }

  // Whether no wrong byte may be among what this reader gets.
  bool trusted() const {
    return cargo_.is_honest() || (reader_ != nullptr && reader_->outcome() == Outcome::hit);
  }

  void check(const std::string& bytes) {
    const std::string& right = cargo_.blob->bytes;
    if (at_ < right.size() && right.compare(at_, bytes.size(), bytes) == 0) return;
    is_wrong_ = true;
    note("gets a wrong byte", at_, at_ + bytes.size());
    if (trusted()) world_.oracle().violated("a reader gets a wrong byte");
  }

  void ended() {
    note("read to the end", plan_.begin, end_);
    world_.stats().add(Count::readers_served);
    constexpr std::array kOutcomes = {Count::hits, Count::joins, Count::misses, Count::passes};
    world_.stats().add(kOutcomes[static_cast<std::size_t>(reader_->outcome())]);
    // Bytes of a range cannot be checked before the rest is there.
    const bool is_whole = plan_.wanted == cache::kWholeBlob || plan_.begin == 0;
    const bool got_the_end = end_ == size_ && (plan_.begin < size_ || size_ == 0);
    if (is_whole && got_the_end && (is_wrong_ || size_ != cargo_.blob->bytes.size())) {
      world_.oracle().violated("a wrong blob is served to its end");
    }
  }

  // Always false.
  bool failed(const Error& error) {
    world_.fibers().trace().note("reader fails", describe(error));
    world_.stats().add(Count::readers_failed);
    if (world_.is_ending()) return false;
    if (error.code == Errc::corrupt && cargo_.is_honest()) {
      world_.oracle().violated("right bytes are called corrupt: " + describe(error));
    }
    const bool impatient = plan_.patience && error.code == Errc::timeout;
    if (must_succeed_ && !impatient) {
      world_.oracle().violated("a reader fails without need: " + describe(error));
    }
    return false;
  }

  void note(const char* what, std::uint64_t begin, std::uint64_t end) {
    world_.fibers().trace().note(what, cargo_.blob->digest.hex(), begin, end);
  }

  MonoTime deadline() const {
    return plan_.patience ? world_.fibers().now() + *plan_.patience : MonoTime::max();
  }

  void rest(std::uint64_t microseconds) {
    world_.fibers().sleep(std::chrono::microseconds(microseconds));
  }

  World& world_;
  const Cargo& cargo_;
  const ReadPlan plan_;
  std::unique_ptr<BlobReader> reader_;
  bool must_succeed_ = false;
  bool is_wrong_ = false;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace

void read_blob(World& world, const Cargo& cargo) {
  const ReadPlan plan = draw_plan(world.random(), cargo.blob->bytes.size());
  Reading(world, cargo, plan).run();
  world.client_left();
}

void read_whole_blob(World& world, const Cargo& cargo) {
  Reading(world, cargo, {}).run();
  world.client_left();
}

void write_documents(World& world) {
  constexpr std::array kTags = {"latest", "v1"};
  Random& random = world.random();
  for (std::uint64_t left = random.between(1, 6); left > 0 && !world.is_dead(); --left) {
    const Blob& document = *random.pick(world.setting().documents);
    const std::string tag = random.pick(kTags);
    if (random.chance(300)) {
      world.fibers().sleep(std::chrono::microseconds(random.between(1, 20'000)));
    }
    switch (random.below(7)) {
      case 0:
        world.put_document(document);
        break;
      case 1:
        world.find_document(document);
        break;
      case 2:
        world.put_tag(tag, document);
        break;
      case 3:
        world.find_tag(tag);
        break;
      case 4:
        world.pin(random.chance(500) ? document : *random.pick(world.setting().cargos).blob);
        break;
      case 5:
        world.unpin(random.chance(500) ? document : *random.pick(world.setting().cargos).blob);
        break;
      default:
        world.flush();
    }
  }
  world.client_left();
}

}  // namespace larder::sim
