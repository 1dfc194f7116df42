#include "daemon/registry/refresher.h"

#include "daemon/registry/node_reference.h"

namespace larder::registry {

namespace {

using Outcome = RefreshReport::Outcome;

std::optional<cache::Digest> digest_of(const std::optional<cache::TagRecord>& record) {
  return record ? std::optional(record->digest) : std::nullopt;
}

Outcome outcome_of(const Refreshed& refreshed) {
  if (!refreshed.before) return Outcome::added;
  return refreshed.before->digest == refreshed.now.digest ? Outcome::unchanged : Outcome::moved;
}

}  // namespace

std::string_view to_string(RefreshReport::Outcome outcome) {
  switch (outcome) {
    case Outcome::unchanged:
      return "unchanged";
    case Outcome::moved:
      return "moved";
    case Outcome::added:
      return "new";
    case Outcome::gone:
      return "gone";
  }
  return "unchanged";
}

Result<RefreshReport> Refresher::refresh(std::string_view text) {
  const auto reference = parse_node_reference(text);
  if (!reference.ok()) return reference.error();
  const auto target = find_target(reference->path, upstreams_, reference->host);
  if (!target.ok()) return target.error();
  const std::string& name = reference->path.reference;
  const auto began = clock_.now();
  const auto before = digest_of(manifests_.standing(*target, name).record);
  const auto refreshed = manifests_.refresh(*target, name);

  RefreshReport report{
      full_name(target->upstream->name(), target->repository, name), {}, before, std::nullopt, {}};
  report.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began);
  if (refreshed.ok()) {
    report.outcome = outcome_of(*refreshed);
    report.before = digest_of(refreshed->before);
    report.now = refreshed->now.digest;
  } else if (before && refreshed.error().code == Errc::not_found) {
    report.outcome = Outcome::gone;
  } else {
    return refreshed.error();
  }
  return report;
}

}  // namespace larder::registry
