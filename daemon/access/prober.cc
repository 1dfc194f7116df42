#include "daemon/access/prober.h"

#include <optional>

#include "cache/digest.h"
#include "cache/source.h"

namespace larder::access {

namespace {

using registry::RegistryPath;
using registry::RouteKind;
using registry::Target;

// Takes the one byte that is asked for, so that the connection can be used again.
class Presence final : public cache::SourceSink {
 public:
  bool begin(std::uint64_t, std::optional<std::uint64_t>) override {
    is_there_ = true;
    return true;
  }
  bool write(std::span<const std::byte>) override { return false; }
  bool is_there() const { return is_there_; }

 private:
  bool is_there_ = false;
};

template <class T>
Status status_of(const Result<T>& result) {
  return result.ok() ? Status() : Status(result.error());
}

Status probe_manifest(const Target& target, const RegistryPath& path, MonoTime deadline) {
  return status_of(
      target.upstream->head_manifest(target.repository, path.reference, target.asking({deadline})));
}

Status probe_blob(const Target& target, const RegistryPath& path, MonoTime deadline) {
  const auto digest = cache::Digest::parse(path.reference);
  if (!digest) return digest.error();
  std::optional<Error> most_telling;
  for (const auto& source :
       target.upstream->blob_sources(target.repository, {deadline, std::nullopt, target.as})) {
    Presence presence;
    const Status asked = source->fetch(*digest, {0, 1}, presence, {});
    if (presence.is_there()) return {};
    if (!asked.ok() && (!most_telling || upstream::tells_more(asked.error(), *most_telling))) {
      most_telling = asked.error();
    }
  }
  return most_telling.value_or(Error{Errc::upstream_down, "no endpoint told whether it is there"});
}

Status probe_tags(const Target& target, MonoTime deadline) {
  return status_of(
      target.upstream->list_tags(target.repository, {1, "", ""}, target.asking({deadline})));
}

}  // namespace

Status UpstreamProber::probe(const Target& target, const RegistryPath& path, MonoTime deadline) {
  switch (path.kind) {
    case RouteKind::blob:
      return probe_blob(target, path, deadline);
    case RouteKind::tags:
      return probe_tags(target, deadline);
    default:  // a list of referrers is for who may have the image
      return probe_manifest(target, path, deadline);
  }
}

}  // namespace larder::access
