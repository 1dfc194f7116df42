// What a schedule is made of: everything that is drawn from its seed before it begins.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "cache/flight_machine.h"
#include "tests/sim/catalog.h"
#include "tests/sim/fibers.h"
#include "tests/support/file_faults.h"
#include "tests/support/random.h"

namespace larder::sim {

// The largest piece a source sends at once, in chunks.
inline constexpr std::uint64_t kPieceChunksMax = 6;

// How a source answers.
struct Manner {
  enum class Lie {
    none,
    flips_a_byte,       // the same one, always
    flips_a_byte_once,  // in its first fetch
    tells_larger_size,
    tells_smaller_size,
    skips_bytes,  // begins after the byte it was asked for
  };

  Lie lie = Lie::none;
  bool tells_size = true;
  bool ignores_ranges = false;
  bool overruns = false;  // sends more than it was asked for, as it may
  std::optional<Errc> refusal{};
  unsigned failures_per_mille = 0;  // fetches that break, end early or stall
  std::uint64_t piece_bytes_max = 64;
  std::uint64_t latency_us_max = 0;  // before a piece, sometimes

  // One that ends early after it told no size says that the blob is shorter than it is.
  bool is_honest() const { return lie == Lie::none && (tells_size || failures_per_mille == 0); }
  // Gives the blob whenever it is asked.
  bool is_reliable() const {
    return is_honest() && tells_size && !refusal && failures_per_mille == 0;
  }
};

// A blob in play, and who has it.
struct Cargo {
  const Blob* blob;
  std::vector<Manner> sources;

  bool is_honest() const;
  bool has_reliable_source() const;
  // Every source gives what it is asked for, no more and no less.
  bool is_exact() const;
};

struct DiskFault {
  testing::FileCall call;
  Errc code;
  unsigned per_mille;
};

// From a start of the store to its end.
struct Life {
  enum class End {
    orderly,  // when everybody has what they want
    early,    // in the middle, as on SIGTERM
    kill,     // kill -9
    power_loss
  };

  End end = End::orderly;
  std::uint64_t changes_until_death = 0;       // on disk; of kill and power_loss
  std::uint64_t index_writes_until_death = 0;  // 0: it dies at a change on disk
  std::uint64_t microseconds_until_stop = 0;   // of early
  std::size_t readers = 0;
  std::size_t writers = 0;  // of documents and tags
};

struct Setting {
  Fibers::Pace pace;
  cache::FlightLimits limits;
  std::uint64_t budget_bytes = UINT64_MAX;  // a multiple of a disk block
  std::vector<DiskFault> disk_faults;
  unsigned index_failures_per_mille = 0;
  unsigned refusals_per_mille = 0;  // of the executor
  std::vector<Cargo> cargos;
  std::vector<const Blob*> documents;  // the first one refers to the cargos
  std::vector<Life> lives;

  bool disk_is_good() const { return disk_faults.empty(); }
  bool budget_is_ample() const { return budget_bytes == UINT64_MAX; }
};

Setting draw_setting(testing::Random& random, const Catalog& catalog);

}  // namespace larder::sim
