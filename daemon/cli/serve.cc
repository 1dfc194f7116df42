#include "daemon/cli/serve.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cache/index_directories.h"
#include "cache/suspect_mark.h"
#include "daemon/cli/daemon.h"
#include "daemon/cli/least_privilege.h"
#include "daemon/cli/proxy_rules.h"
#include "daemon/config/warnings.h"

namespace larder::cli {

namespace {

// Many threads that mostly wait: a heap for each would cost more memory than it saves time.
constexpr int kMallocArenasMax = 4;

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// Every connection is a descriptor; the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

std::string without_log_level(config::Config config) {
  config.log.level = "info";
  return config::to_yaml(config);
}

// The log level changes at once; what else differs waits for a restart, and the log says so.
void reload(const config::Config& running, const std::string& file, log::Logger& logger) {
  if (file.empty()) {
    return logger.write(log::Level::warn, "reload_ignored",
                        {{"reason", "there is no config file"}});
  }
  const auto loaded = config::load_config(file);
  if (!loaded.ok()) {
    return logger.write(log::Level::error, "reload_failed", {{"error", describe(loaded.error())}});
  }
  if (const auto level = log::parse_level(loaded->log.level); level.ok()) logger.set_level(*level);
  const bool restart_needed = without_log_level(*loaded) != without_log_level(running);
  logger.write(log::Level::info, "reloaded",
               {{"log_level", loaded->log.level}, {"other_changes_need_restart", restart_needed}});
}

void wait_for_end(const config::Config& config, const std::string& file, log::Logger& logger) {
  const sigset_t signals = handled_signals();
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) {
      return logger.write(log::Level::info, "stopping",
                          {{"signal", std::string(signal == SIGTERM ? "SIGTERM" : "SIGINT")}});
    }
    reload(config, file, logger);
  }
}

}  // namespace

int serve(const config::Config& config, const std::string& config_file) {
  mallopt(M_ARENA_MAX, kMallocArenasMax);
  raise_descriptor_limit();
  // Before any thread starts, so that all of them leave these to sigwait().
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  // A damaged index can kill the process; the next start must know.
  (void)cache::leave_mark_on_fatal_signals(cache::IndexDirectories(config.cache.path).mark());

  // Parsing the config has accepted both words.
  log::Logger logger(*log::parse_level(config.log.level), *log::parse_format(config.log.format));
  for (const auto& warning : config::warnings_of(config)) {
    logger.write(log::Level::warn, "config_warning", {{"warning", warning}});
  }
  LeastPrivilege privilege(config, logger);  // before any thread, too
  auto proxies = environment_proxies(::getenv);
  if (!proxies.ok()) {
    std::fprintf(stderr, "larder: %s\n", proxies.error().context.c_str());
    return 1;
  }
  auto daemon = Daemon::start(config, logger, *std::move(proxies));
  if (!daemon.ok()) {
    std::fprintf(stderr, "larder: %s\n", daemon.error().context.c_str());
    return 1;
  }
  privilege.once_bound();
  std::size_t next = 0;
  for (const std::string& address : (*daemon)->addresses()) {
    logger.write(log::Level::info, "listening",
                 {{"listener", config.listeners[next++].name}, {"address", address}});
  }
  logger.write(log::Level::info, "ready",
               {{"version", std::string(LARDER_VERSION)},
                {"metrics", (*daemon)->metrics_address()},
                {"cache", config.cache.path.string()}});
  wait_for_end(config, config_file, logger);
  (*daemon)->drain(config.drain_timeout);
  logger.write(log::Level::info, "stopped");
  return 0;
}

}  // namespace larder::cli
