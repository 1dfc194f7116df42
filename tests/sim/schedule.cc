#include "tests/sim/schedule.h"

#include <memory>
#include <string>

#include "tests/sim/clients.h"
#include "tests/sim/world.h"

namespace larder::sim {

namespace {

using testing::Random;

const std::string kRoot = "/c";

class Schedule {
 public:
  Schedule(std::uint64_t seed, const Catalog& catalog, Fibers::Pool& pool,
           const ScheduleOptions& options)
      : random_(seed),
        trace_(options.aloud),
        setting_(draw_setting(random_, catalog)),
        fibers_(pool, trace_, random_.split(), setting_.pace),
        disk_(random_.next()),
        index_(fibers_),
        oracle_(catalog, trace_) {
    disk_.lie_about_sync(options.disk_lies);
  }

  // False when it cannot come to an end.
  bool run() {
    for (const Life& life : setting_.lives) {
      if (!live(setting_, life)) return false;
    }
    return inspect();
  }

  Verdict verdict(std::uint64_t seed) {
    stats_.add(Count::schedules);
    stats_.add(Count::steps, trace_.step());
    return {seed, trace_.hash(), oracle_.violation(), stats_};
  }

 private:
  bool live(const Setting& setting, const Life& life) {
    stats_.add(Count::lives);
    auto world =
        std::make_unique<World>(Ground{fibers_, disk_, index_, oracle_, stats_}, setting, life);
    if (world->open().ok()) {
      spawn_clients(*world, life);
      if (!come_to_rest(*world)) {
        (void)world.release();
        return false;
      }
    } else {
      stats_.add(Count::starts_refused);
    }
    world.reset();
    end(life);
    return true;
  }

  void spawn_clients(World& world, const Life& life) {
    for (std::size_t i = 0; i < life.readers; ++i) {
      world.client_came();
      const Cargo& cargo = fibers_.random().pick(world.setting().cargos);
      fibers_.spawn("reader", [&world, &cargo] { read_blob(world, cargo); });
    }
    for (std::size_t i = 0; i < life.writers; ++i) {
      world.client_came();
      fibers_.spawn("writer", [&world] { write_documents(world); });
    }
  }

  bool come_to_rest(World& world) {
    fibers_.spawn("ender", [&world] {
      world.wait_for_end();
      world.stop();
    });
    const Fibers::End end = fibers_.run();
    if (fibers_.broken_rule() != nullptr) oracle_.violated(fibers_.broken_rule());
    if (end == Fibers::End::all_ended) {
      world.close();
      return true;
    }
    oracle_.violated(std::string(end == Fibers::End::stuck ? "nobody can go on: "
                                                           : "it does not come to an end: ") +
                     fibers_.describe());
    return false;
  }

  void end(const Life& life) {
    if (life.end == Life::End::kill) stats_.add(Count::kills);
    if (life.end == Life::End::power_loss) {
      stats_.add(Count::power_losses);
      disk_.lose_power_partly();
    }
    trace_.note("restart");
    disk_.mend();
    index_.restart();
    oracle_.check_files(disk_.contents(), kRoot);
  }

  // A last life without faults, in which everything is read.
  bool inspect() {
    Setting calm = setting_;
    calm.disk_faults.clear();
    calm.index_failures_per_mille = 0;
    calm.refusals_per_mille = 0;
    const Life life;
    auto world =
        std::make_unique<World>(Ground{fibers_, disk_, index_, oracle_, stats_}, calm, life);
    if (const Status opened = world->open(); !opened.ok()) {
      oracle_.violated("a good disk is refused: " + describe(opened.error()));
      return true;
    }
    for (const Cargo& cargo : calm.cargos) {
      world->client_came();
      fibers_.spawn("inspector", [&world, &cargo] { read_whole_blob(*world, cargo); });
    }
    if (!come_to_rest(*world)) {
      (void)world.release();
      return false;
    }
    oracle_.check_files(disk_.contents(), kRoot);
    return true;
  }

  Random random_;
  Trace trace_;
  const Setting setting_;
  Fibers fibers_;
  testing::MemoryFiles disk_;
  SimIndex index_;
  Oracle oracle_;
  Stats stats_;
};

}  // namespace

Verdict run_schedule(std::uint64_t seed, const Catalog& catalog, Fibers::Pool& pool,
                     const ScheduleOptions& options) {
  auto schedule = std::make_unique<Schedule>(seed, catalog, pool, options);
  const bool over = schedule->run();
  Verdict verdict = schedule->verdict(seed);
  // Fibers that still wait refer to all of it.
  if (!over) (void)schedule.release();
  return verdict;
}

}  // namespace larder::sim
