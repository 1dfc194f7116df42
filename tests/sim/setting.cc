#include "tests/sim/setting.h"

#include <algorithm>
#include <array>

#include "cache/disk_bytes.h"

namespace larder::sim {

namespace {

using testing::FileCall;
using testing::Random;

Fibers::Pace draw_pace(Random& random) {
  constexpr std::array<unsigned, 4> kSwitches = {50, 200, 500, 900};
  return {.switch_per_mille = random.pick(kSwitches),
          .spurious_per_mille = random.chance(500) ? 20U : 0U,
          .slow_per_mille = random.chance(400) ? 250U : 0U};
}

cache::FlightLimits draw_limits(Random& random, std::uint64_t chunk_bytes) {
  return {.chunk_bytes = chunk_bytes,
          .segment_bytes = chunk_bytes * random.between(1, 3),
          .steer_distance_bytes = chunk_bytes * 2,
          .hold_back_bytes = random.chance(800) ? chunk_bytes / 2 : chunk_bytes,
          .fetches_max = random.between(1, 5),
          .fetch_count = {.fetches_max = random.between(1, 4),
                          .window = std::chrono::milliseconds(2),
                          .pause = std::chrono::milliseconds(10),
                          .remaining_min = std::chrono::milliseconds(random.below(3))},
          .failures_max = 2,
          .failures_total_max = 8,
          .complete_ranges = random.chance(200)};
}

Manner draw_reliable(Random& random, std::uint64_t chunk_bytes) {
  return {.ignores_ranges = random.chance(150),
          .overruns = random.chance(150),
          .piece_bytes_max = random.between(1 + chunk_bytes / 16, chunk_bytes * kPieceChunksMax),
          .latency_us_max = random.chance(500) ? random.between(1, 20'000) : 0};
}

Manner draw_flaky(Random& random, std::uint64_t chunk_bytes) {
  Manner manner = draw_reliable(random, chunk_bytes);
  manner.tells_size = random.chance(800);
  manner.failures_per_mille = static_cast<unsigned>(random.between(100, 900));
  constexpr std::array kRefusals = {Errc::not_found, Errc::denied, Errc::upstream_down,
                                    Errc::timeout, Errc::busy};
  if (random.chance(250)) manner.refusal = random.pick(kRefusals);
  return manner;
}

Manner draw_liar(Random& random, std::uint64_t chunk_bytes) {
  using Lie = Manner::Lie;
  constexpr std::array kLies = {Lie::flips_a_byte,       Lie::flips_a_byte,
                                Lie::flips_a_byte_once,  Lie::tells_larger_size,
                                Lie::tells_smaller_size, Lie::skips_bytes};
  Manner manner =
      random.chance(500) ? draw_reliable(random, chunk_bytes) : draw_flaky(random, chunk_bytes);
  manner.lie = random.pick(kLies);
  return manner;
}

Cargo draw_cargo(Random& random, const std::vector<Blob>& blobs, std::uint64_t chunk_bytes) {
  Cargo cargo{&random.pick(blobs), {}};
  const std::uint64_t kind = random.below(10);
  const std::size_t sources = random.between(1, 3);
  for (std::size_t i = 0; i < sources; ++i) {
    const bool lies = kind >= 8 && random.chance(600);
    const bool fails = kind >= 4 && random.chance(600);
    cargo.sources.push_back(lies    ? draw_liar(random, chunk_bytes)
                            : fails ? draw_flaky(random, chunk_bytes)
                                    : draw_reliable(random, chunk_bytes));
  }
  return cargo;
}

std::vector<Cargo> draw_cargos(Random& random, const std::vector<Blob>& blobs,
                               std::uint64_t chunk_bytes) {
  std::vector<Cargo> cargos;
  const std::size_t count = random.between(1, 4);
  for (std::size_t i = 0; i < count; ++i) {
    Cargo cargo = draw_cargo(random, blobs, chunk_bytes);
    const bool known = std::any_of(cargos.begin(), cargos.end(),
                                   [&](const Cargo& other) { return other.blob == cargo.blob; });
    if (!known) cargos.push_back(std::move(cargo));
  }
  return cargos;
}

std::vector<DiskFault> draw_disk_faults(Random& random) {
  constexpr std::array kChanges = {FileCall::create,         FileCall::write,
                                   FileCall::sync,           FileCall::rename,
                                   FileCall::sync_directory, FileCall::make_directories,
                                   FileCall::make_read_only};
  constexpr std::array kReads = {FileCall::open_read, FileCall::open_write, FileCall::read,
                                 FileCall::size,      FileCall::list,       FileCall::space};
  std::vector<DiskFault> faults;
  if (random.chance(600)) return faults;
  for (const FileCall call : kChanges) {
    if (random.chance(700)) continue;
    const Errc code = random.chance(500) ? Errc::io : Errc::no_space;
    faults.push_back({call, code, static_cast<unsigned>(random.between(10, 300))});
  }
  for (const FileCall call : kReads) {
    if (random.chance(850)) continue;
    faults.push_back({call, Errc::io, static_cast<unsigned>(random.between(5, 100))});
  }
  return faults;
}

Life draw_life(Random& random, bool is_last) {
  constexpr std::array kEnds = {Life::End::orderly, Life::End::early, Life::End::kill,
                                Life::End::kill, Life::End::power_loss};
  Life life;
  life.end = is_last && random.chance(500) ? Life::End::orderly : random.pick(kEnds);
  life.changes_until_death = random.between(1, random.chance(500) ? 20 : 120);
  if (random.chance(250)) life.index_writes_until_death = random.between(1, 6);
  life.microseconds_until_stop = random.between(1, 60'000);
  life.readers = random.between(1, 5);
  life.writers = random.chance(400) ? random.between(1, 2) : 0;
  return life;
}

}  // namespace

bool Cargo::is_honest() const {
  return std::all_of(sources.begin(), sources.end(),
                     [](const Manner& manner) { return manner.is_honest(); });
}

bool Cargo::has_reliable_source() const {
  return std::any_of(sources.begin(), sources.end(),
                     [](const Manner& manner) { return manner.is_reliable(); });
}

bool Cargo::is_exact() const {
  return std::all_of(sources.begin(), sources.end(), [](const Manner& manner) {
    return manner.is_reliable() && !manner.ignores_ranges && !manner.overruns;
  });
}

Setting draw_setting(Random& random, const Catalog& catalog) {
  Setting setting;
  setting.pace = draw_pace(random);
  const bool is_tiny = random.chance(600);
  const auto& blobs = is_tiny ? catalog.tiny() : catalog.paged();
  const std::uint64_t chunk_bytes = is_tiny ? 16 : cache::kDiskBlockBytes;
  setting.limits = draw_limits(random, chunk_bytes);
  if (random.chance(400)) {
    setting.budget_bytes = random.between(0, is_tiny ? 5 : 25) * cache::kDiskBlockBytes;
  }
  setting.disk_faults = draw_disk_faults(random);
  if (random.chance(150)) setting.index_failures_per_mille = 200;
  if (random.chance(100)) setting.refusals_per_mille = 100;
  setting.cargos = draw_cargos(random, blobs, chunk_bytes);
  for (int i = 0; i < 2; ++i) setting.documents.push_back(&random.pick(blobs));
  if (random.chance(300)) setting.documents.push_back(setting.cargos.front().blob);
  const std::size_t lives = random.between(1, 2);
  for (std::size_t i = 0; i < lives; ++i) {
    setting.lives.push_back(draw_life(random, i + 1 == lives));
  }
  return setting;
}

}  // namespace larder::sim
