#include "daemon/upstream/upstreams.h"

#include <algorithm>
#include <utility>

#include "daemon/http/ascii.h"
#include "daemon/upstream/glob.h"

namespace larder::upstream {

namespace {

// Also of a pattern: Docker Hub may be written there by any of its names.
std::string canonical(std::string_view host) {
  auto name = http::to_lower(host);
  if (name == "index.docker.io" || name == "registry-1.docker.io") return "docker.io";
  return name;
}

}  // namespace

bool host_matches(std::string_view pattern, std::string_view host) {
  constexpr auto kInLabel = [](char c) { return http::is_alnum(c) || c == '-' || c == '_'; };
  constexpr GlobRules kRules{kInLabel, kInLabel, /*empty=*/false};
  return glob_matches(http::to_lower(pattern), http::to_lower(host), kRules);
}

Upstreams::Upstreams(std::vector<UpstreamRule> rules) : rules_(std::move(rules)) {}

std::shared_ptr<Upstream> Upstreams::find(std::string_view host) {
  const auto name = canonical(host);
  if (auto made = find_made(name)) return made;
  const UpstreamRule* const rule = find_rule(name);
  if (rule == nullptr) return nullptr;
  // Without the lock: a CA file may have to be read.
  std::shared_ptr<Upstream> upstream = rule->make(name);
  return upstream == nullptr ? nullptr : keep(name, std::move(upstream));
}

std::optional<std::string> Upstreams::rule_of(std::string_view host) const {
  const UpstreamRule* const rule = find_rule(canonical(host));
  return rule == nullptr ? std::nullopt : std::optional(rule->match);
}

const UpstreamRule* Upstreams::find_rule(const std::string& host) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const UpstreamRule& one) {
    return host_matches(canonical(one.match), host);
  });
  return rule == rules_.end() ? nullptr : &*rule;
}

std::vector<std::shared_ptr<Upstream>> Upstreams::all() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Upstream>> upstreams;
  for (const auto& [host, made] : made_) upstreams.push_back(made.upstream);
  return upstreams;
}

std::vector<UpstreamReport> Upstreams::reports() const {
  std::vector<UpstreamReport> reports;
  for (const auto& upstream : all()) reports.push_back(upstream->report());
  return reports;
}

std::shared_ptr<Upstream> Upstreams::find_made(const std::string& host) {
  MutexLock lock(mutex_);
  const auto found = made_.find(host);
  if (found == made_.end()) return nullptr;
  found->second.asked = ++asked_;
  return found->second.upstream;
}

// Of two threads that made the same upstream, both get the first one's.
std::shared_ptr<Upstream> Upstreams::keep(const std::string& host,
                                          std::shared_ptr<Upstream> upstream) {
  std::shared_ptr<Upstream> dropped;  // outlives the lock
  MutexLock lock(mutex_);
  if (made_.size() >= kHostsMax && made_.count(host) == 0) {
    const auto oldest = std::min_element(
        made_.begin(), made_.end(),
        [](const auto& a, const auto& b) { return a.second.asked < b.second.asked; });
    dropped = std::move(oldest->second.upstream);
    made_.erase(oldest);
  }
  auto& made = made_[host];
  if (made.upstream == nullptr) made.upstream = std::move(upstream);
  made.asked = ++asked_;
  return made.upstream;
}

}  // namespace larder::upstream
