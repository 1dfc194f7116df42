// A small generator of random numbers (splitmix64): from one seed the same numbers everywhere,
// which the standard library's distributions do not promise.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace larder::testing {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15ULL;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }

  // 0 .. bound - 1; 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  // first .. last, both included.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    return first + below(last - first + 1);
  }
  // True that many times in a thousand.
  bool chance(unsigned per_mille) { return per_mille > 0 && below(1000) < per_mille; }

  template <class Container>
  auto& pick(Container& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

  // For a part of its own, so that what it draws does not shift what others draw.
  Random split() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace larder::testing
