// Which upstream answers for a host: the closed world of the config's `upstreams`.
//
// A host from a request is a look-up key only; what is dialled is what the operator wrote, or, for
// an entry without endpoints, https to a host that its `match` names. Thread-safety: any thread.
// Blocks: while a rule makes an upstream for a host not seen before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/upstream/upstream.h"

namespace larder::upstream {

struct UpstreamRule {
  std::string match;  // a host, or a glob where * stands for one or more characters without a dot
  // Makes the upstream for a host that matched.
  std::function<std::unique_ptr<Upstream>(const std::string& host)> make;
};

// Whether `pattern` covers `host` ("*.dkr.ecr.*.amazonaws.com"). Both compare without case; a host
// with a port is covered only by a pattern that names it. A * stands for letters, digits, - and _
// only, so that what it stands for is always a host name's part.
bool host_matches(std::string_view pattern, std::string_view host);

class Upstreams {
 public:
  explicit Upstreams(std::vector<UpstreamRule> rules);

  // The upstream of the first rule that matches; nullptr when none does. "index.docker.io" and
  // "registry-1.docker.io" are docker.io, as hosts and as what a rule matches. At most kHostsMax
  // hosts are remembered, those asked for last.
  std::shared_ptr<Upstream> find(std::string_view host);

  // The `match` of the rule by which find() answers; nothing when none matches.
  std::optional<std::string> rule_of(std::string_view host) const;

  // The upstreams that are remembered, by host.
  std::vector<std::shared_ptr<Upstream>> all() const;
  // Likewise.
  std::vector<UpstreamReport> reports() const;

 private:
  static constexpr std::size_t kHostsMax = 1024;

  struct Made {
    std::shared_ptr<Upstream> upstream;  // shared with the requests that use it
    std::uint64_t asked = 0;             // greater: asked for later
  };

  const UpstreamRule* find_rule(const std::string& host) const;
  std::shared_ptr<Upstream> find_made(const std::string& host);
  std::shared_ptr<Upstream> keep(const std::string& host, std::shared_ptr<Upstream> upstream);

  const std::vector<UpstreamRule> rules_;
  mutable Mutex mutex_;
  std::map<std::string, Made> made_ GUARDED_BY(mutex_);
  std::uint64_t asked_ GUARDED_BY(mutex_) = 0;
};

}  // namespace larder::upstream
