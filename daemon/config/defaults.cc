#include "daemon/config/config.h"

namespace larder::config {

namespace {

// Registries that answer under the name images carry.
constexpr std::string_view kPublicRegistries[] = {
    "ghcr.io",
    "quay.io",
    "registry.k8s.io",
    "gcr.io",
    "*.gcr.io",
    "*.pkg.dev",
    "mcr.microsoft.com",
    "*.azurecr.io",
    "public.ecr.aws",
    "*.dkr.ecr.*.amazonaws.com",
    "*.dkr.ecr.*.amazonaws.com.cn",
    "registry.gitlab.com",
    "nvcr.io",
    "cgr.dev",
    "docker.elastic.co",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "lscr.io",
    "xpkg.upbound.io",
    "xpkg.crossplane.io",
};

}  // namespace

std::uint64_t Amount::of(std::uint64_t total_bytes) const {
  if (!percent) return bytes;
  const long double share = static_cast<long double>(total_bytes) * *percent / 100;
  return static_cast<std::uint64_t>(share);
}

std::vector<Upstream> default_upstreams() {
  std::vector<Upstream> upstreams;
  upstreams.push_back({"docker.io", {{"https://registry-1.docker.io"}}, {}, ""});
  for (const std::string_view match : kPublicRegistries) {
    upstreams.push_back({std::string(match), {}, {}, ""});
  }
  return upstreams;
}

std::vector<Freshness> default_freshness() {
  using std::chrono::hours;
  using std::chrono::minutes;
  return {{"**:latest", minutes(1), hours(24 * 30)}, {"**", minutes(15), std::nullopt}};
}

Config default_config() {
  Config config;
  config.upstreams = default_upstreams();
  config.freshness = default_freshness();
  return config;
}

}  // namespace larder::config
