#include <algorithm>

#include "daemon/config/sections.h"

namespace larder::config {

namespace {

using std::chrono::hours;

constexpr DurationRange kTtl{Milliseconds(0), hours(24 * 365)};
constexpr DurationRange kStaleFor{Milliseconds(0), hours(24 * 3650)};

// Every character a name, a tag or a glob has.
bool is_tag_pattern(std::string_view text) {
  constexpr std::string_view kOthers = "._-/:*[]";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != kOthers.npos;
  });
}

void read_stale_for(Section& section, std::optional<Milliseconds>& into) {
  const YamlNode* const node = section.find("stale_for");
  if (node == nullptr || (node->kind == YamlNode::Kind::scalar && node->text == "forever")) return;
  Milliseconds duration{0};
  section.read_duration("stale_for", kStaleFor, duration, "forever or ");
  into = duration;
}

Freshness read_rule(Section section) {
  Freshness rule;
  section.require("match", "a pattern such as docker.io/library/*:latest");
  section.read_text("match", "a pattern such as docker.io/library/*:latest or **", is_tag_pattern,
                    rule.match);
  section.require("ttl", "a duration such as 15m");
  section.read_duration("ttl", kTtl, rule.ttl);
  read_stale_for(section, rule.stale_for);
  section.finish();
  return rule;
}

}  // namespace

void read_freshness(Section& root, Config& config) {
  const auto elements = root.read_list("freshness", "a list of rules");
  if (!elements) return;
  config.freshness.clear();
  for (std::size_t i = 0; i < elements->size(); ++i) {
    config.freshness.push_back(read_rule(root.element("freshness", i, *(*elements)[i])));
  }
}

}  // namespace larder::config
