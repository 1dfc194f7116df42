#include "daemon/registry/conclusion.h"

#include <algorithm>
#include <utility>

#include "cache/base/bytes_text.h"
#include "daemon/registry/refusals.h"
#include "daemon/registry/replies.h"

namespace larder::registry {

namespace {

using upstream::Freshness;

Conclusion answer(Outlook outlook, std::string sentence) {
  return {outlook, 200, std::move(sentence), "", ""};
}

// The bytes that the name means are not cached: they are fetched by their digest.
Conclusion fetch_bytes(const Situation& situation) {
  if (situation.is_offline) return refusal(offline_error());
  if (situation.no_pull) return refusal(*situation.no_pull);
  return answer(Outlook::fetch,
                "The tag is known, but its manifest is not cached: it is fetched by its digest.");
}

Conclusion conclude_digest(const Situation& situation) {
  if (situation.has_document) {
    return answer(Outlook::cached,
                  "Served from the cache, nobody is asked: a digest never goes stale.");
  }
  if (situation.is_offline) return refusal(offline_error());
  if (situation.standing.negative) return refusal(*situation.standing.negative);
  if (situation.no_pull) return refusal(*situation.no_pull);
  return answer(Outlook::fetch, "Not cached: fetched from upstream.");
}

// Nobody is asked: the tag is fresh, or Larder is offline.
Conclusion serve_known(const Situation& situation) {
  if (situation.standing.record->is_gone()) {
    if (!situation.has_document && (situation.is_offline || situation.no_pull)) {
      return refusal(gone_error());
    }
    if (!situation.has_document) return fetch_bytes(situation);
    return answer(Outlook::gone,
                  "Upstream has said that the tag is no more: the image it meant is served from "
                  "the cache.");
  }
  if (!situation.has_document) return fetch_bytes(situation);
  if (situation.standing.verdict.freshness == Freshness::fresh) {
    return answer(Outlook::cached,
                  "Served from the cache, nobody is asked: the tag is within its TTL.");
  }
  return answer(Outlook::cached, "Served from the cache, however old: Larder is offline.");
}

// The tag is past its TTL, and nobody may be asked about it.
Conclusion serve_old(const Situation& situation) {
  if (!situation.has_document && situation.no_pull) return refusal(*situation.no_confirm);
  if (!situation.has_document) return fetch_bytes(situation);
  return answer(Outlook::stale, "The cached image is served although the tag is past its TTL: " +
                                    situation.no_confirm->context + ".");
}

Conclusion confirm(const Situation& situation) {
  std::string sentence = "The tag is past its TTL: confirmed first, by one HEAD";
  if (situation.standing.verdict.freshness == Freshness::expired) {
    sentence += "; too old to be served without an answer.";
  } else if (situation.has_document) {
    sentence += "; without an answer the cached image is served.";
  } else {
    sentence += ", then its manifest is fetched, which is not cached.";
  }
  return answer(Outlook::confirm, std::move(sentence));
}

Conclusion conclude_tag(const Situation& situation) {
  const auto& [record, verdict, negative] = situation.standing;
  const bool is_servable = record && verdict.freshness != Freshness::expired;
  if (record && (situation.is_offline || verdict.freshness == Freshness::fresh)) {
    return serve_known(situation);
  }
  if (situation.is_offline) return refusal(offline_error());
  if (!is_servable && negative) return refusal(*negative);
  if (is_servable && situation.no_confirm) return serve_old(situation);
  if (!is_servable && situation.no_pull) return refusal(*situation.no_pull);
  if (record) return confirm(situation);
  return answer(Outlook::fetch, "Not cached: fetched from upstream.");
}

// Of an image of which not all is known.
std::string conclude_unknown(const Explanation& explanation, const Situation& situation) {
  const std::string platform = to_string(explanation.platform);
  const DocumentFacts& last = explanation.documents.back();
  if (last.has_no_platform) return "There is nothing in it for " + platform + ".";
  if (last.is_cached) return "It is no image whose parts Larder knows.";
  if (explanation.documents.size() == 1) return "What it is made of is not known yet.";
  std::string sentence = "The manifest for " + platform + " is not cached";
  if (situation.is_offline) return sentence + ", and not to be had offline.";
  if (situation.no_pull) {
    return sentence + ", and cannot be fetched now: " + situation.no_pull->context + ".";
  }
  return sentence + ": it is fetched, and with it what it is made of.";
}

std::string missing_text(const Tally& tally) {
  const auto missing = tally.parts - tally.whole;
  return std::to_string(missing) + " of " + std::to_string(tally.parts) +
         (tally.parts == 1 ? " part, " : " parts, ") +
         bytes_text(tally.bytes - tally.present_bytes);
}

}  // namespace

std::string_view to_string(Outlook outlook) {
  switch (outlook) {
    case Outlook::cached:
      return "cached";
    case Outlook::confirm:
      return "confirm";
    case Outlook::stale:
      return "stale";
    case Outlook::gone:
      return "gone";
    case Outlook::fetch:
      return "fetch";
    case Outlook::refuse:
      return "refuse";
  }
  return "refuse";
}

Conclusion refusal(const Error& why) {
  const int status = error_reply(RouteKind::manifest, why).status;
  return {Outlook::refuse, status,
          "Refused with " + std::to_string(status) + ": " + why.context + ".", "",
          std::string(why.cause)};
}

Conclusion conclude(const Situation& situation) {
  return situation.is_digest ? conclude_digest(situation) : conclude_tag(situation);
}

Tally tally(const std::vector<DocumentFacts>& documents) {
  Tally sum;
  for (const DocumentFacts& document : documents) {
    for (const PartFacts& part : document.parts) {
      const auto size = part.presence.size_bytes.value_or(part.what.size_bytes);
      ++sum.parts;
      sum.whole += part.presence.is_whole() ? 1 : 0;
      sum.being_fetched += part.presence.is_being_fetched ? 1 : 0;
      sum.bytes += size;
      sum.present_bytes += std::min(part.presence.present_bytes, size);
    }
  }
  return sum;
}

std::string conclude_parts(const Explanation& explanation, const Situation& situation) {
  if (explanation.conclusion.outlook == Outlook::refuse || explanation.documents.empty()) return "";
  if (!explanation.is_known) return conclude_unknown(explanation, situation);
  const Tally& tally = explanation.tally;
  if (tally.is_complete()) return "Nothing else needs to be fetched: every part is on disk.";
  const std::string missing = missing_text(tally);
  if (tally.whole + tally.being_fetched == tally.parts) return "Arriving now: " + missing + ".";
  if (situation.is_offline) return "Not to be had offline: " + missing + ".";
  if (situation.no_blob) {
    return "Cannot be fetched now: " + missing + ": " + situation.no_blob->context + ".";
  }
  std::string sentence = "Fetched from upstream: " + missing;
  if (tally.being_fetched > 0) {
    sentence += "; " + std::to_string(tally.being_fetched) + " of them arriving now";
  }
  return sentence + ".";
}

}  // namespace larder::registry
