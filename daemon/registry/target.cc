#include "daemon/registry/target.h"

#include <utility>

namespace larder::registry {

namespace {

struct HostAndRepository {
  std::string host;
  std::string repository;
};

// A client may tell the host twice: ns, or the host it asked, wins, and the same host in front of
// the name is dropped.
HostAndRepository split(const RegistryPath& path, const std::string& asked_as,
                        const std::string& default_upstream) {
  const std::size_t slash = path.repository.find('/');
  const std::string first = path.repository.substr(0, slash);
  const bool host_first = slash != std::string::npos && looks_like_host(first);
  const std::string& told = path.ns.empty() ? asked_as : path.ns;
  if (!told.empty() && (!host_first || first != told)) return {told, path.repository};
  if (host_first) return {first, path.repository.substr(slash + 1)};
  return {default_upstream, path.repository};
}

}  // namespace

Result<Target> find_target(const RegistryPath& path, upstream::Upstreams& upstreams,
                           const std::string& default_upstream, const std::string& asked_as) {
  auto [host, repository] = split(path, asked_as, default_upstream);
  if (!is_repository(repository)) return Error{Errc::invalid, "repository name is not valid"};
  auto upstream = upstreams.find(host);
  if (upstream == nullptr) {
    return Error{Errc::not_found,
                 "no upstream matches host " + host + "; `upstreams` in the config would allow it",
                 "closed-world"};
  }
  const bool docker_hub = upstream->name() == "docker.io";
  if (docker_hub && repository.find('/') == std::string::npos) repository = "library/" + repository;
  return Target{std::move(upstream), std::move(repository)};
}

}  // namespace larder::registry
