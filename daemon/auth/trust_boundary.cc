#include "daemon/auth/trust_boundary.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

// Below these, every name may have another owner, so no two names share a boundary.
constexpr std::array<std::string_view, 36> kSharedSuffixes{
    // clouds and their registries
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "on.aws", "elasticbeanstalk.com",
    "awsapprunner.com", "cloudfront.net", "azurecr.io", "azure.com", "azurewebsites.net",
    "cloudapp.net", "windows.net", "azurefd.net", "pkg.dev", "run.app", "appspot.com",
    "cloudfunctions.net", "googleapis.com", "googleusercontent.com", "web.app",
    "digitaloceanspaces.com", "ondigitalocean.app", "aliyuncs.com", "myqcloud.com",
    // hosting of anybody's content
    "github.io", "gitlab.io", "herokuapp.com", "netlify.app", "vercel.app", "workers.dev",
    "pages.dev", "r2.dev", "fly.dev",
    // names inside a cluster or a cloud's network
    "cluster.local", "compute.internal", "ec2.internal"};

// Registries whose token server has another owner's name.
struct Elsewhere {
  std::string_view registry;
  std::string_view realm;
  bool operator==(const Elsewhere&) const = default;
};
constexpr std::array<Elsewhere, 2> kElsewhere{{{"lscr.io", "ghcr.io"}, {"cr.l5d.io", "ghcr.io"}}};

// Second-level labels under which two-letter top-level domains register names.
constexpr std::array<std::string_view, 10> kSecondLevel{"co",  "com", "net", "org", "gov",
                                                        "edu", "ac",  "or",  "ne",  "go"};

bool is_ip_address(std::string_view host) {
  const auto is_v4_char = [](char c) { return http::is_digit(c) || c == '.'; };
  return host.find(':') != std::string_view::npos ||
         std::all_of(host.begin(), host.end(), is_v4_char);
}

bool is_below(std::string_view host, std::string_view suffix) {
  return host == suffix || (host.size() > suffix.size() && host.ends_with(suffix) &&
                            host[host.size() - suffix.size() - 1] == '.');
}

// The last `count` labels; all of `host` when it has no more.
std::string_view last_labels(std::string_view host, int count) {
  auto dot = host.size();
  for (; count > 0; --count) {
    dot = dot == 0 ? std::string_view::npos : host.rfind('.', dot - 1);
    if (dot == std::string_view::npos) return host;
  }
  return host.substr(dot + 1);
}

bool has_second_level_suffix(std::string_view host) {
  const auto second = last_labels(host, 2);
  const auto label = second.substr(0, second.find('.'));
  return last_labels(host, 1).size() == 2 &&
         std::find(kSecondLevel.begin(), kSecondLevel.end(), label) != kSecondLevel.end();
}

// The part of `host` that one owner registered; nothing when that cannot be told.
std::optional<std::string_view> registrable_domain(std::string_view host) {
  const bool shared = std::any_of(kSharedSuffixes.begin(), kSharedSuffixes.end(),
                                  [&](std::string_view suffix) { return is_below(host, suffix); });
  if (shared || is_ip_address(host)) return std::nullopt;
  const int labels = has_second_level_suffix(host) ? 3 : 2;
  const auto domain = last_labels(host, labels);
  if (std::count(domain.begin(), domain.end(), '.') != labels - 1) return std::nullopt;
  return domain;
}

}  // namespace

bool realm_belongs_to(const http::Url& realm, const http::Url& endpoint,
                      const TrustBoundary& boundary) {
  if (!realm.is_https() && endpoint.is_https()) return false;
  if (realm.host == endpoint.host) return true;
  if (std::find(boundary.begin(), boundary.end(), realm.host) != boundary.end()) return true;
  const Elsewhere known{endpoint.host, realm.host};
  if (std::find(kElsewhere.begin(), kElsewhere.end(), known) != kElsewhere.end()) return true;
  const auto domain = registrable_domain(endpoint.host);
  return domain && registrable_domain(realm.host) == domain;
}

}  // namespace larder::auth
