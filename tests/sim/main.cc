// simulation [--schedules N] [--first-seed S] [--jobs J]    runs schedules, reports broken rules
// simulation --seed X                                       replays one, event by event
//
// Exit status: 0 when no rule was broken.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/sim/schedule.h"

namespace larder::sim {
namespace {

struct Options {
  std::uint64_t schedules = 1000;
  std::uint64_t first_seed = 1;
  std::uint64_t jobs = 1;
  std::optional<std::uint64_t> seed;  // to replay
};

constexpr unsigned kSecondsPerScheduleMax = 60;
constexpr std::uint64_t kViolationsInFull = 5;  // of one process; of the others only the seed

// For the signal handler, which has no other way to know.
constinit volatile std::uint64_t g_seed = 0;

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view text = argv[i + 1];
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (name == "--schedules") {
      options.schedules = value;
    } else if (name == "--first-seed") {
      options.first_seed = value;
    } else if (name == "--jobs" && value > 0) {
      options.jobs = value;
    } else if (name == "--seed") {
      options.seed = value;
    } else {
      return std::nullopt;
    }
  }
  return argc % 2 == 1 ? std::optional(options) : std::nullopt;
}

void report(const Verdict& verdict, bool in_full) {
  const Violation& violation = *verdict.violation;
  std::printf("seed %llu broke a rule at step %llu: %s\n",
              static_cast<unsigned long long>(verdict.seed),
              static_cast<unsigned long long>(violation.step), violation.rule.c_str());
  if (in_full) {
    for (const std::string& event : violation.events) std::printf("  %s\n", event.c_str());
    std::printf("replay: simulation --seed %llu\n", static_cast<unsigned long long>(verdict.seed));
  }
  std::fflush(stdout);
}

void report_death(int signal) {
  std::array<char, 96> line{};
  std::snprintf(line.data(), line.size(), "seed %llu died of signal %d\n",
                static_cast<unsigned long long>(g_seed), signal);
  (void)!write(STDOUT_FILENO, line.data(), std::strlen(line.data()));
  ::signal(signal, SIG_DFL);
  raise(signal);
}

struct Tally {
  Stats stats;
  std::uint64_t violations = 0;
};

// Every jobs-th schedule, beginning with the `job`-th.
Tally run_share(const Options& options, std::uint64_t job) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGALRM}) ::signal(signal, report_death);
  const Catalog catalog;
  Fibers::Pool pool;
  Tally tally;
  for (std::uint64_t i = job; i < options.schedules; i += options.jobs) {
    g_seed = options.first_seed + i;
    alarm(kSecondsPerScheduleMax);
    const Verdict verdict = run_schedule(g_seed, catalog, pool, {});
    tally.stats.add(verdict.stats);
    if (!verdict.violation) continue;
    report(verdict, ++tally.violations <= kViolationsInFull);
  }
  alarm(0);
  return tally;
}

// A process for each share, so that one that dies takes no other with it.
std::optional<Tally> run_jobs(const Options& options) {
  std::vector<int> pipes;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) return std::nullopt;
    const pid_t child = fork();
    if (child < 0) return std::nullopt;
    if (child == 0) {
      const Tally tally = run_share(options, job);
      const bool told = write(ends[1], &tally, sizeof tally) == sizeof tally;
      std::fflush(stdout);
      _exit(told ? 0 : 1);
    }
    close(ends[1]);
    pipes.push_back(ends[0]);
  }
  Tally all;
  bool complete = true;
  for (const int from : pipes) {
    Tally tally;
    complete = read(from, &tally, sizeof tally) == sizeof tally && complete;
    all.stats.add(tally.stats);
    all.violations += tally.violations;
    close(from);
  }
  int status = 0;
  while (wait(&status) > 0) complete = complete && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return complete ? std::optional(all) : std::nullopt;
}

void print(const Tally& tally, double seconds) {
  const auto& counts = tally.stats.all();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::printf("%-18s %llu\n", std::string(kCountNames[i]).c_str(),
                static_cast<unsigned long long>(counts[i]));
  }
  std::printf("%-18s %.1f (%.0f schedules per second)\n", "seconds", seconds,
              static_cast<double>(tally.stats.get(Count::schedules)) / seconds);
  std::printf("%-18s %llu\n", "violations", static_cast<unsigned long long>(tally.violations));
}

int replay(std::uint64_t seed) {
  const Catalog catalog;
  Fibers::Pool pool;
  const Verdict verdict = run_schedule(seed, catalog, pool, {.aloud = true});
  std::printf("trace hash %016llx\n", static_cast<unsigned long long>(verdict.trace_hash));
  if (verdict.violation) report(verdict, /*in_full=*/true);
  std::fflush(stdout);
  // Without the checks at exit: fibers that could not end own what they own.
  _exit(verdict.violation ? 1 : 0);
}

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: simulation [--schedules N] [--first-seed S] [--jobs J] | --seed X\n");
    return 2;
  }
  if (options->seed) return replay(*options->seed);
  const auto started = std::chrono::steady_clock::now();
  const auto tally = run_jobs(*options);
  if (!tally) {
    std::printf("a process of the simulation died\n");
    return 1;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
  print(*tally, taken.count());
  return tally->violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace larder::sim

int main(int argc, char** argv) {
  return larder::sim::run(argc, argv);
}
