// What kubelet says to an image credential provider plugin, and what it hears
// (credentialprovider.kubelet.k8s.io/v1).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/sources/image_pattern.h"

namespace larder::auth {

inline constexpr std::size_t kPluginAnswerBytesMax = 256 * 1024;

// `image`: "reg.example:5000/team/app", without tag.
std::string plugin_request(const std::string& image);

// For which other images an answer holds, too.
enum class PluginCacheKey { image, registry, global };

struct PluginAnswer {
  PluginCacheKey key = PluginCacheKey::image;
  std::optional<Duration> cache_duration;  // nothing: the plugin does not say
  ByImage<Result<Credential>> auth;
};

// Returns: upstream_down when it is no CredentialProviderResponse of v1, v1beta1 or v1alpha1.
Result<PluginAnswer> parse_plugin_answer(std::string_view output);

}  // namespace larder::auth
