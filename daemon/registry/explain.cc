#include "daemon/registry/explain.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/registry/cached_document.h"
#include "daemon/registry/node_reference.h"

namespace larder::registry {

namespace {

constexpr std::size_t kDocumentsMax = 4;  // an index of an index is legal, and rare

// Far enough for any plan, and a point in time that a clock can tell.
constexpr std::chrono::milliseconds kFarAway = std::chrono::hours(24 * 365 * 100);

// Leaves what is for this node and sets the others aside.
std::optional<Descriptor> choose(const std::vector<Descriptor>& manifests, const Platform& node,
                                 std::vector<Descriptor>& others) {
  const Descriptor* chosen = nullptr;
  for (const Descriptor& one : manifests) {
    if (!runs_on(one.platform, node)) continue;
    if (chosen == nullptr || is_closer(one.platform, chosen->platform, node)) chosen = &one;
  }
  std::copy_if(manifests.begin(), manifests.end(), std::back_inserter(others),
               [&](const Descriptor& one) { return &one != chosen; });
  return chosen == nullptr ? std::nullopt : std::optional(*chosen);
}

}  // namespace

Result<Explanation> Explainer::explain(std::string_view text) const {
  const auto reference = parse_node_reference(text);
  if (!reference.ok()) return reference.error();
  const auto& [host, path] = *reference;
  Explanation explanation;
  explanation.platform = parts_.platform;
  explanation.is_offline = parts_.is_offline;
  explanation.name = full_name(host, path.repository, path.reference);
  explanation.route = {host, path.repository, path.reference,
                       parts_.upstreams.rule_of(host).value_or(""), std::nullopt};
  const auto target = find_target(path, parts_.upstreams, host);
  if (target.ok()) {
    add_target(explanation, *target);
  } else if (target.error().code == Errc::invalid) {
    return target.error();
  } else {
    explanation.conclusion = refusal(target.error());
  }
  return explanation;
}

void Explainer::add_target(Explanation& explanation, const Target& target) const {
  const upstream::Upstream& upstream = *target.upstream;
  RouteFacts& route = explanation.route;
  route.repository = target.repository;
  route.upstream = upstream.report();
  explanation.name = full_name(upstream.name(), target.repository, route.reference);

  const auto standing = parts_.manifests.standing(target, route.reference);
  if (standing.record) {
    explanation.tag = tag_facts(standing);
    const cache::TagRecord& record = *standing.record;
    add_documents(explanation, {record.digest, record.media_type, record.size_bytes});
  } else if (const auto digest = cache::Digest::parse(route.reference); digest.ok()) {
    add_documents(explanation, {*digest, "", 0});
  }
  const bool has_document =
      !explanation.documents.empty() && explanation.documents.front().is_cached;
  const auto refusal_of = [&](upstream::Purpose purpose) {
    return upstream.refusal(purpose, target.repository);
  };
  const Situation situation{is_digest(route.reference),
                            parts_.is_offline,
                            standing,
                            has_document,
                            refusal_of(upstream::Purpose::pull),
                            refusal_of(upstream::Purpose::revalidate),
                            refusal_of(upstream::Purpose::blob)};
  explanation.conclusion = conclude(situation);
  explanation.conclusion.parts = conclude_parts(explanation, situation);
}

// From the document that the name means down to this node's image manifest.
void Explainer::add_documents(Explanation& explanation, Descriptor what) const {
  for (std::size_t count = 0; count < kDocumentsMax; ++count) {
    const auto document = peek_named_document(parts_.store, what.digest);
    DocumentFacts& facts = explanation.documents.emplace_back(DocumentFacts{std::move(what)});
    if (!document) break;
    const auto contents = image_contents(*document);
    facts.is_cached = true;
    facts.kind = contents.kind;
    facts.what.media_type = document->media_type;
    facts.what.size_bytes = document->bytes.size();
    if (contents.kind != ImageContents::Kind::index) {
      facts.parts = parts_of(contents);
      explanation.is_known = contents.kind != ImageContents::Kind::other;
      break;
    }
    auto chosen = choose(contents.parts, parts_.platform, facts.other_platforms);
    facts.has_no_platform = !chosen;
    if (!chosen) break;
    what = *std::move(chosen);
  }
  explanation.tally = tally(explanation.documents);
}

std::vector<PartFacts> Explainer::parts_of(const ImageContents& contents) const {
  using Role = PartFacts::Role;
  const bool is_image = contents.kind == ImageContents::Kind::manifest;
  std::vector<PartFacts> parts;
  for (const Descriptor& one : contents.parts) {
    const bool is_config = contents.has_config && parts.empty();
    const auto told = one.size_bytes > 0 ? std::optional(one.size_bytes) : std::nullopt;
    parts.push_back({is_config  ? Role::config
                     : is_image ? Role::layer
                                : Role::blob,
                     one, parts_.store.presence(one.digest, told)});
  }
  return parts;
}

TagFacts Explainer::tag_facts(const Standing& standing) const {
  const upstream::FreshnessVerdict& verdict = standing.verdict;
  TagFacts facts{*standing.record, verdict.freshness, "", {}, verdict.ttl_left, std::nullopt};
  if (verdict.rule != nullptr) {
    facts.rule = verdict.rule->match;
    facts.ttl = verdict.rule->ttl;
  }
  if (verdict.servable_left) {
    facts.servable_until =
        parts_.clock.wall() + std::clamp(*verdict.servable_left, -kFarAway, kFarAway);
  }
  return facts;
}

}  // namespace larder::registry
