#include "daemon/control/explanation_json.h"

#include <algorithm>
#include <utility>

#include "daemon/log/line.h"

namespace larder::control {

namespace {

using registry::DocumentFacts;
using registry::PartFacts;

// null for what is not known, or has not happened.
Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(log::timestamp(*time)) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

// Rounded down: 100 is all of it.
std::uint64_t percent(std::uint64_t present, std::uint64_t all) {
  if (present >= all) return 100;
  return static_cast<std::uint64_t>(static_cast<double>(present) * 100 / static_cast<double>(all));
}

Json to_json(const auth::RenewalFacts& credential) {
  Json json = {{"kind", credential.kind},
               {"of", credential.of},
               {"until", log::timestamp(credential.ends)},
               {"held", credential.is_held},
               {"failing", nullptr}};
  if (!credential.why.empty()) {
    json["failing"] = {{"reason", credential.why},
                       {"again_at", log::timestamp(credential.again_at)}};
  }
  return json;
}

Json to_json(const upstream::HealthReport& health) {
  Json json = {{"url", health.url},
               {"breaker", upstream::to_string(health.state)},
               {"since", time_or_null(health.since)},
               {"until", time_or_null(health.until)},
               {"reason", text_or_null(health.reason)},
               {"tokens_paused", nullptr},
               {"quota", nullptr},
               {"latency_ms", nullptr},
               {"credentials", Json::array()}};
  if (const auto& pause = health.tokens_paused) {
    json["tokens_paused"] = {{"until", time_or_null(pause->until)}, {"reason", pause->why}};
  }
  if (const auto& quota = health.quota) {
    json["quota"] = {{"remaining", quota->remaining},
                     {"limit", or_null(quota->limit)},
                     {"resets_at", time_or_null(quota->resets_at)}};
  }
  for (const auto& one : health.credentials) json["credentials"].push_back(to_json(one));
  if (health.latency) json["latency_ms"] = static_cast<double>(health.latency->count()) / 1000;
  return json;
}

Json to_json(const registry::RouteFacts& route) {
  Json json = {{"host", route.host},
               {"rule", text_or_null(route.rule)},
               {"name", nullptr},
               {"repository", route.repository},
               {"endpoints", Json::array()}};
  if (!route.upstream) return json;
  json["name"] = route.upstream->name;
  for (const auto& endpoint : route.upstream->endpoints) {
    json["endpoints"].push_back(to_json(endpoint));
  }
  return json;
}

const char* to_text(upstream::Freshness freshness) {
  switch (freshness) {
    case upstream::Freshness::fresh:
      return "fresh";
    case upstream::Freshness::stale:
      return "stale";
    case upstream::Freshness::expired:
      return "expired";
  }
  return "stale";
}

std::int64_t seconds(std::chrono::milliseconds time) {
  return std::chrono::floor<std::chrono::seconds>(time).count();
}

Json to_json(const registry::TagFacts& tag) {
  const cache::TagRecord& record = tag.record;
  Json json = {{"digest", record.digest.str()},
               {"media_type", record.media_type},
               {"size_bytes", record.size_bytes},
               {"since", log::timestamp(record.fetched_at)},
               {"checked_at", log::timestamp(record.checked_at)},
               {"gone_at", record.is_gone() ? Json(log::timestamp(record.gone_at)) : Json()},
               {"freshness", to_text(tag.freshness)},
               {"rule", text_or_null(tag.rule)},
               {"ttl_seconds", nullptr},
               {"ttl_left_seconds", nullptr},
               {"servable_until", time_or_null(tag.servable_until)}};
  if (tag.rule.empty()) return json;
  json["ttl_seconds"] = seconds(tag.ttl);
  json["ttl_left_seconds"] = seconds(tag.ttl_left);
  return json;
}

const char* to_text(PartFacts::Role role) {
  switch (role) {
    case PartFacts::Role::config:
      return "config";
    case PartFacts::Role::layer:
      return "layer";
    case PartFacts::Role::blob:
      return "blob";
  }
  return "blob";
}

const char* to_text(cache::BlobPresence::State state) {
  switch (state) {
    case cache::BlobPresence::State::absent:
      return "absent";
    case cache::BlobPresence::State::partial:
      return "partial";
    case cache::BlobPresence::State::whole:
      return "whole";
  }
  return "absent";
}

Json to_json(const PartFacts& part) {
  const auto& presence = part.presence;
  const std::uint64_t size = presence.size_bytes.value_or(part.what.size_bytes);
  // A part that is not verified yet is not all there, whatever its bytes.
  const std::uint64_t most = presence.is_whole() ? 100 : 99;
  const std::uint64_t there = presence.present_bytes > 0 || presence.is_whole() ? 1 : 0;
  return {{"role", to_text(part.role)},
          {"digest", part.what.digest.str()},
          {"media_type", part.what.media_type},
          {"size_bytes", size},
          {"state", to_text(presence.state)},
          {"present_bytes", presence.present_bytes},
          {"percent", there * std::min(most, percent(presence.present_bytes, size))},
          {"fetching", presence.is_being_fetched}};
}

const char* to_text(registry::ImageContents::Kind kind) {
  switch (kind) {
    case registry::ImageContents::Kind::manifest:
      return "manifest";
    case registry::ImageContents::Kind::index:
      return "index";
    case registry::ImageContents::Kind::artifact:
      return "artifact";
    case registry::ImageContents::Kind::other:
      return "document";
  }
  return "document";
}

Json to_json(const DocumentFacts& document) {
  Json json = {{"kind", to_text(document.kind)},
               {"digest", document.what.digest.str()},
               {"media_type", text_or_null(document.what.media_type)},
               {"size_bytes", document.what.size_bytes},
               {"platform", text_or_null(to_string(document.what.platform))},
               {"cached", document.is_cached},
               {"parts", Json::array()},
               {"other_platforms", Json::array()}};
  for (const PartFacts& part : document.parts) json["parts"].push_back(to_json(part));
  for (const auto& other : document.other_platforms) {
    json["other_platforms"].push_back(
        {{"platform", text_or_null(to_string(other.platform))}, {"digest", other.digest.str()}});
  }
  return json;
}

Json image_json(const registry::Explanation& explanation) {
  const registry::Tally& tally = explanation.tally;
  Json json = {{"known", explanation.is_known},
               {"parts", tally.parts},
               {"whole", tally.whole},
               {"fetching", tally.being_fetched},
               {"bytes", tally.bytes},
               {"present_bytes", tally.present_bytes},
               {"percent", nullptr}};
  if (!explanation.is_known) return json;
  const std::uint64_t most = tally.is_complete() ? 100 : 99;
  json["percent"] = std::min(most, percent(tally.present_bytes, tally.bytes));
  return json;
}

}  // namespace

Json to_json(const registry::Explanation& explanation) {
  const registry::Conclusion& conclusion = explanation.conclusion;
  Json documents = Json::array();
  for (const DocumentFacts& document : explanation.documents) {
    documents.push_back(to_json(document));
  }
  return {{"name", explanation.name},
          {"platform", to_string(explanation.platform)},
          {"offline", explanation.is_offline},
          {"upstream", to_json(explanation.route)},
          {"tag", explanation.tag ? to_json(*explanation.tag) : Json()},
          {"documents", std::move(documents)},
          {"image", image_json(explanation)},
          {"pull",
           {{"outlook", std::string(to_string(conclusion.outlook))},
            {"status", conclusion.status},
            {"cause", text_or_null(conclusion.cause)},
            {"document", conclusion.document},
            {"parts", text_or_null(conclusion.parts)}}}};
}

Json to_json(const registry::RefreshReport& report) {
  const auto text = [](const std::optional<cache::Digest>& digest) {
    return digest ? Json(digest->str()) : Json();
  };
  return {{"name", report.name},
          {"outcome", std::string(to_string(report.outcome))},
          {"before", text(report.before)},
          {"now", text(report.now)},
          {"took_ms", report.took.count()}};
}

}  // namespace larder::control
