#include "daemon/config/config.h"
#include "daemon/config/names.h"
#include "daemon/config/read_listener.h"
#include "daemon/config/section.h"
#include "daemon/config/sections.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr DurationRange kDeadlines{Milliseconds(10), minutes(10)};
constexpr DurationRange kDrain{Milliseconds(0), hours(1)};
constexpr DurationRange kScrubInterval{std::chrono::seconds(1), hours(24 * 365)};

bool any_amount(const Amount&) {
  return true;
}
bool more_than_nothing(const Amount& amount) {
  return amount.percent || amount.bytes > 0;
}

void read_cache(Section& root, Cache& cache) {
  std::optional<Section> section = root.read_section("cache");
  if (!section) return;
  std::string path = cache.path.string();
  section->read_text("path", "the path of a directory", anything, path);
  cache.path = path;
  section->read_amount("budget",
                       "a share such as 80% (above 0, at most 100) or a size such as 200GiB",
                       more_than_nothing, cache.budget);
  section->read_amount("free_floor",
                       "a share such as 5% (above 0, at most 100), a size such as 10GiB, or 0",
                       any_amount, cache.free_floor);
  section->read_flag("complete_ranges", cache.complete_ranges);
  section->read_rate("scrub_rate", cache.scrub_rate);
  section->read_duration("scrub_interval", kScrubInterval, cache.scrub_interval);
  section->finish();
}

void read_deadlines(Section& root, Deadlines& deadlines) {
  std::optional<Section> section = root.read_section("deadlines");
  if (!section) return;
  section->read_duration("manifest", kDeadlines, deadlines.manifest);
  section->read_duration("first_byte", kDeadlines, deadlines.first_byte);
  section->read_duration("stall", kDeadlines, deadlines.stall);
  section->read_duration("connect", kDeadlines, deadlines.connect);
  section->finish();
}

void read_log(Section& root, Log& log) {
  std::optional<Section> section = root.read_section("log");
  if (!section) return;
  section->read_choice("level", {"debug", "info", "warn", "error"}, log.level);
  section->read_choice("format", {"json", "text"}, log.format);
  section->finish();
}

void read_root(const YamlNode& node, Config& config, Problems& problems) {
  Section root(node, "", problems);
  read_cache(root, config.cache);
  read_tokens(root, config.tokens);
  read_egress(root, config.egress_allow);
  read_addresses(root, config);
  root.read_text("default_upstream", "a registry host such as docker.io", is_registry_host,
                 config.default_upstream);
  read_upstreams(root, config);
  read_freshness(root, config);
  root.read_flag("offline", config.offline);
  read_deadlines(root, config.deadlines);
  root.read_duration("drain_timeout", kDrain, config.drain_timeout);
  read_log(root, config.log);
  root.finish();
}

}  // namespace

Result<Config> parse_config(std::string_view yaml, const std::string& file_name) {
  Problems problems(file_name);
  const std::optional<YamlNode> tree = read_yaml(yaml, problems);
  Config config = default_config();
  if (tree) read_root(*tree, config, problems);
  if (!problems.empty()) return Error{Errc::invalid, problems.str()};
  return config;
}

}  // namespace larder::config
