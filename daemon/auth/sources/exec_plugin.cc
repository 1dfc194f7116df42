#include "daemon/auth/sources/exec_plugin.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/program.h"
#include "daemon/auth/sources/docker_config.h"
#include "daemon/auth/sources/program_setting.h"

namespace larder::auth {

namespace {

std::string image_of(const CredentialQuestion& question) {
  return question.host + "/" + question.repository;
}

// A registry has no "/", an image has one, and for all there is the empty key.
std::string key_of(PluginCacheKey key, const CredentialQuestion& question) {
  if (key == PluginCacheKey::image) return image_of(question);
  return key == PluginCacheKey::registry ? question.host : std::string();
}

}  // namespace

Result<std::unique_ptr<ExecPluginCredentials>> ExecPluginCredentials::create(
    ExecPluginOptions options, const Clock& clock) {
  if (!options.path.starts_with('/')) {
    return Error{Errc::invalid, "plugin " + options.path + ": not an absolute path"};
  }
  std::vector<ImagePattern> match_images;
  for (const auto& text : options.match_images) {
    auto pattern = ImagePattern::parse(text);
    if (!pattern) return Error{Errc::invalid, "no image could match " + text};
    match_images.push_back(*std::move(pattern));
  }
  return std::unique_ptr<ExecPluginCredentials>(
      new ExecPluginCredentials(std::move(options), std::move(match_images), clock));
}

ExecPluginCredentials::ExecPluginCredentials(ExecPluginOptions options,
                                             std::vector<ImagePattern> match_images,
                                             const Clock& clock)
    : options_(std::move(options)), match_images_(std::move(match_images)), clock_(clock) {}

Result<std::vector<Credential>> ExecPluginCredentials::credentials(
    const CredentialQuestion& question) {
  const auto image = location_of(question);
  if (!is_asked_about(image)) return std::vector<Credential>();
  auto kept = find(question);
  if (!kept) {
    auto answer = ask(question);
    if (!answer) return answer.error();
    if (answer->cache_duration.value_or(options_.cache_duration_default) <= Duration::zero()) {
      return find_credentials(answer->auth, image);
    }
    kept = keep(*std::move(answer), question);
  }
  auto found = find_credentials(kept->answer.auth, image);
  if (!found) return found;
  for (auto& credential : *found) credential.expires = kept->expires;
  return found;
}

bool ExecPluginCredentials::is_asked_about(const ImageLocation& image) const {
  return match_images_.empty() ||
         std::ranges::any_of(match_images_, [&](const auto& one) { return one.matches(image); });
}

std::shared_ptr<const ExecPluginCredentials::Kept> ExecPluginCredentials::find(
    const CredentialQuestion& question) {
  MutexLock lock(mutex_);
  for (const auto key : {PluginCacheKey::image, PluginCacheKey::registry, PluginCacheKey::global}) {
    const auto found = kept_.find(key_of(key, question));
    if (found != kept_.end() && clock_.now() < found->second->good_until) return found->second;
  }
  return nullptr;
}

Result<PluginAnswer> ExecPluginCredentials::ask(const CredentialQuestion& question) const {
  const auto output = run_program({.path = options_.path,
                                   .arguments = options_.arguments,
                                   .environment = clean_environment(options_.environment),
                                   .input = plugin_request(image_of(question)),
                                   .deadline = program_deadline(question, clock_),
                                   .stop = question.stop,
                                   .output_bytes_max = kPluginAnswerBytesMax});
  if (!output) return output.error();
  const std::string what = "run " + options_.path;
  if (output->exit_status != 0) {
    return Error{Errc::upstream_down, what + ": " + failure_text(*output)};
  }
  auto answer = parse_plugin_answer(output->output);
  return answer ? std::move(answer) : in_context(what, answer.error());
}

std::shared_ptr<const ExecPluginCredentials::Kept> ExecPluginCredentials::keep(
    PluginAnswer answer, const CredentialQuestion& question) {
  const Duration good_for = answer.cache_duration.value_or(options_.cache_duration_default);
  const auto key = key_of(answer.key, question);
  auto kept = std::make_shared<const Kept>(
      Kept{std::move(answer), clock_.now() + good_for,
           clock_.wall() + std::chrono::duration_cast<WallTime::duration>(good_for)});
  MutexLock lock(mutex_);
  if (kept_.size() >= kAnswersMax && !kept_.contains(key)) make_room();
  kept_[key] = kept;
  return kept;
}

// Without all that are over, or else without the one that will be first.
void ExecPluginCredentials::make_room() {
  std::erase_if(kept_, [now = clock_.now()](auto& one) { return one.second->good_until <= now; });
  if (kept_.size() < kAnswersMax) return;
  kept_.erase(
      std::ranges::min_element(kept_, {}, [](const auto& one) { return one.second->good_until; }));
}

}  // namespace larder::auth
