// The half of NamedDocuments that asks upstream, and keeps what it said.
#include <algorithm>
#include <utility>

#include "daemon/registry/cached_document.h"
#include "daemon/registry/named_documents.h"
#include "daemon/registry/refusals.h"

namespace larder::registry {

namespace {

// A definite answer came after `began`. A record from the future, after the clock was set back, is
// none.
bool is_later(const cache::TagRecord& record, WallTime began, WallTime now) {
  const WallTime asked = std::max(record.checked_at, record.gone_at);
  return asked > began && asked <= now;
}

}  // namespace

Result<upstream::FetchedManifest> NamedDocuments::fetch(
    const Question& question, const std::optional<cache::Digest>& version) {
  upstream::Ask ask = question.ask();
  const bool is_order = ask.purpose == upstream::Purpose::order;
  if (!is_order) ask.purpose = upstream::Purpose::pull;  // somebody waits for the bytes
  const WallTime began = clock_.wall();
  auto fetched = question.origin->fetch(ask, version);
  if (!fetched.ok()) {
    if (!version) note_failure(question, fetched.error(), began);
    return fetched;
  }
  if (!question.origin->is_kept(fetched->document)) return fetched;
  if (Status kept = store_.put_document(fetched->digest, fetched->document); !kept.ok()) {
    return kept.error();
  }
  if (fetched->digest != version) remember(question, fetched->info(), began);
  return fetched;
}

Result<cache::TagRecord> NamedDocuments::confirm(const Question& question, When when) {
  const auto before = find_record(question.name, question.origin->asker());
  if (when == When::due) {
    if (auto done = confirmed_meanwhile(question, before)) return *std::move(done);
  }
  upstream::Ask ask = question.ask();
  if (before) ask.known = before->digest;
  const WallTime began = clock_.wall();
  auto confirmed = question.origin->confirm(ask);
  if (!confirmed.ok()) {
    note_failure(question, confirmed.error(), began);
    return confirmed.error();
  }
  if (Status taken = take(question, *confirmed, before); !taken.ok()) return taken.error();
  return remember(question, confirmed->info, began);
}

// Between a request's look at the record and its turn to ask, another may have had the answer.
std::optional<Result<cache::TagRecord>> NamedDocuments::confirmed_meanwhile(
    const Question& question, const std::optional<cache::TagRecord>& before) const {
  if (!before) return std::nullopt;
  const auto verdict = freshness_.judge(question.name, *before, clock_.wall());
  if (verdict.freshness != upstream::Freshness::fresh) return std::nullopt;
  if (before->is_gone()) return gone_error();
  return *before;
}

// A name that has moved keeps its old document until the new one is at hand.
Status NamedDocuments::take(const Question& question, const Confirmed& confirmed,
                            const std::optional<cache::TagRecord>& before) {
  const auto& [info, document] = confirmed;
  const bool moved = before && before->digest != info.digest;
  if (document) return store_.put_document(info.digest, *document);
  if (!moved || find_named_document(store_, info.digest)) return {};
  auto fetched = question.origin->fetch(question.ask(), info.digest);
  if (fetched.ok()) return store_.put_document(fetched->digest, fetched->document);
  if (fetched.error().code != Errc::not_found) return fetched.error();
  // The name is there: an endpoint that lags behind, not a name that is gone.
  return Error{Errc::upstream_down, "it moved to what upstream does not have yet"};
}

// An answer that is older than what is known by now changes nothing.
cache::TagRecord NamedDocuments::remember(const Question& question,
                                          const upstream::ManifestInfo& info, WallTime began) {
  const cache::TagName& name = question.name;
  const auto before = find_record(name, question.origin->asker());
  const WallTime now = clock_.wall();
  if (before && is_later(*before, began, now)) return *before;
  const bool same = before && before->digest == info.digest;
  cache::TagRecord record{info.digest, info.media_type, info.size_bytes,
                          same ? before->fetched_at : now, now};
  if (same && info.is_unchanged) {
    record.media_type = before->media_type;
    record.size_bytes = before->size_bytes;
  }
  store_.put_tag(name, record);
  negatives_.forget(question.key());
  if (before && !same) observer_.tag_moved(name, before->digest, info.digest);
  return record;
}

void NamedDocuments::note_failure(const Question& question, const Error& error, WallTime began) {
  if (error.code != Errc::not_found) return;
  const auto before = find_record(question.name, question.origin->asker());
  const WallTime now = clock_.wall();
  if (before && is_later(*before, began, now)) return;
  negatives_.note(question.key(), error, clock_.now(), negative_time(question.name, before));
  if (before && question.is_own()) note_gone(question.name, *before, now);
}

// What may be served is asked for again after its TTL at the latest.
Duration NamedDocuments::negative_time(const cache::TagName& name,
                                       const std::optional<cache::TagRecord>& before) const {
  if (!before) return kNegativeTime;
  const auto verdict = freshness_.judge(name, *before, clock_.wall());
  if (verdict.freshness == upstream::Freshness::expired) return kNegativeTime;
  return verdict.rule ? std::min<Duration>(kNegativeTime, verdict.rule->ttl) : Duration(0);
}

void NamedDocuments::note_gone(const cache::TagName& name, const cache::TagRecord& before,
                               WallTime now) {
  cache::TagRecord record = before;
  record.gone_at = now;
  // The clock may have been set back since it was there.
  record.checked_at = std::min(record.checked_at, now - std::chrono::milliseconds(1));
  store_.put_tag(name, record);
  if (!before.is_gone()) observer_.tag_gone(name);
}

}  // namespace larder::registry
