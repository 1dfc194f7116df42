// Credentials from a kubelet image credential provider plugin (KEP-2133), with kubelet's caching.
//
// Thread-safety: any thread. Blocks: on the plugin until the question's deadline, unless what it
// said before still holds. Several threads may run it at once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/auth/credential.h"
#include "daemon/auth/sources/plugin_protocol.h"

namespace larder::auth {

// As in kubelet's CredentialProviderConfig.
struct ExecPluginOptions {
  std::string path;  // absolute
  std::vector<std::string> arguments{};
  std::vector<std::string> environment{};   // "NAME=value", besides PATH and HOME
  std::vector<std::string> match_images{};  // empty: it is asked about every image
  Duration cache_duration_default{};        // for answers that do not say; zero: not kept
};

class ExecPluginCredentials final : public CredentialSource {
 public:
  static constexpr std::size_t kAnswersMax = 256;  // kept at once

  // `clock` must outlive the source. Returns: invalid, naming the word, when match_images has
  // something that no image could match, or the path is not absolute.
  static Result<std::unique_ptr<ExecPluginCredentials>> create(ExecPluginOptions options,
                                                               const Clock& clock);

  // They expire with the kept answer they are from; those of an answer that is not kept, never.
  // Returns: upstream_down when the plugin fails or makes no sense; else as run_program. No failure
  // is kept.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  struct Kept {
    PluginAnswer answer;
    MonoTime good_until;
    WallTime expires;
  };

  ExecPluginCredentials(ExecPluginOptions options, std::vector<ImagePattern> match_images,
                        const Clock& clock);

  bool is_asked_about(const ImageLocation& image) const;
  std::shared_ptr<const Kept> find(const CredentialQuestion& question);
  Result<PluginAnswer> ask(const CredentialQuestion& question) const;
  std::shared_ptr<const Kept> keep(PluginAnswer answer, const CredentialQuestion& question);
  void make_room() REQUIRES(mutex_);

  const ExecPluginOptions options_;
  const std::vector<ImagePattern> match_images_;
  const Clock& clock_;
  Mutex mutex_;
  // Shared with those that read one while it is replaced. By image, registry or, for all, nothing.
  std::map<std::string, std::shared_ptr<const Kept>> kept_ GUARDED_BY(mutex_);
};

}  // namespace larder::auth
