// How much of a blob is on disk at a moment, for whoever only wants to know.
//
// Thread-safety: a value.
#pragma once

#include <cstdint>
#include <optional>

namespace larder::cache {

struct BlobPresence {
  enum class State { absent, partial, whole };

  State state = State::absent;
  std::uint64_t present_bytes = 0;  // of a partial blob that nobody fetches: at most so many
  std::optional<std::uint64_t> size_bytes;  // of the whole blob, when it is known here
  bool is_being_fetched = false;

  bool is_whole() const { return state == State::whole; }
  bool operator==(const BlobPresence&) const = default;
};

}  // namespace larder::cache
