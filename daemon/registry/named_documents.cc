#include "daemon/registry/named_documents.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/registry/cached_document.h"
#include "daemon/registry/refusals.h"

namespace larder::registry {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kRefreshesAtOnce = 16;
constexpr std::chrono::seconds kRefreshAgain{1};  // when there was no thread for it
// Names that are fresh for longer are noted by a later use: the book is small.
constexpr std::chrono::hours kNotedAhead{1};
constexpr milliseconds kMarginMin{500};
constexpr milliseconds kMarginMax{60'000};

CacheStatus status_of(bool joined) {
  return joined ? CacheStatus::joined : CacheStatus::fetched;
}

upstream::ManifestInfo info_of(const upstream::FetchedManifest& fetched) {
  return {fetched.digest, fetched.document.media_type, fetched.document.bytes.size()};
}

std::optional<std::chrono::seconds> seconds_left(const upstream::FreshnessVerdict& verdict) {
  if (verdict.rule == nullptr) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(verdict.ttl_left);
}

// A definite answer came after `began`. A record from the future, after the clock was set back, is
// none.
bool is_later(const cache::TagRecord& record, WallTime began, WallTime now) {
  const WallTime asked = std::max(record.checked_at, record.gone_at);
  return asked > began && asked <= now;
}

// How long before the end of its TTL a name is confirmed: a tenth, and up to half of that more, so
// that names which were fetched together are not confirmed together.
milliseconds margin(const std::string& name, milliseconds ttl) {
  const milliseconds tenth = std::clamp(ttl / 10, kMarginMin, kMarginMax);
  return tenth + tenth * static_cast<int>(std::hash<std::string>{}(name) % 100) / 200;
}

}  // namespace

NamedDocuments::NamedDocuments(NamedDocumentsOptions options, upstream::FreshnessRules freshness,
                               cache::Store& store, const Clock& clock, cache::Executor& executor,
                               RegistryObserver& observer)
    : options_(options),
      freshness_(std::move(freshness)),
      store_(store),
      clock_(clock),
      executor_(executor),
      observer_(observer) {}

Result<DocumentAnswer> NamedDocuments::get(const cache::TagName& name, const OriginPtr& origin,
                                           bool want_bytes, MonoTime deadline) {
  using upstream::Freshness;
  using upstream::Purpose;
  const auto [known, verdict, negative] = standing(name);
  const bool is_servable = known && verdict.freshness != Freshness::expired;
  const Question question{name, origin, want_bytes, deadline,
                          is_servable ? Purpose::revalidate : Purpose::pull};
  if (known && (options_.offline || verdict.freshness == Freshness::fresh)) {
    note_use(question, verdict);
    if (known->is_gone()) return serve_old(question, *known, gone_error());
    return serve(question, *known, CacheStatus::hit, &verdict);
  }
  if (options_.offline) return offline_error();
  if (!is_servable && negative) return *negative;
  auto answer = ask(question, known);
  if (answer.ok() || !is_servable) return answer;
  return serve_old(question, *known, answer.error());
}

// A name that is not known costs one fetch; one that is known, a confirmation, and a fetch only if
// it means something else now.
Result<DocumentAnswer> NamedDocuments::ask(const Question& question,
                                           const std::optional<cache::TagRecord>& known) {
  const std::string key = question.name.str();
  if (question.want_bytes && !known) {
    auto fetched =
        fetches_.run(key, question.deadline, [&] { return fetch(question, std::nullopt); });
    if (!fetched.result.ok()) return fetched.result.error();
    const auto info = info_of(*fetched.result);
    return DocumentAnswer{info.digest, info.media_type, info.size_bytes,
                          std::move(fetched.result)->document.bytes, status_of(fetched.joined)};
  }
  const auto confirmed =
      confirmations_.run(key, question.deadline, [&] { return confirm(question, When::due); });
  if (!confirmed.result.ok()) return confirmed.result.error();
  const bool same = known && known->digest == confirmed.result->digest;
  return serve(question, *confirmed.result,
               same ? CacheStatus::revalidated : status_of(confirmed.joined));
}

Result<DocumentAnswer> NamedDocuments::serve_old(const Question& question,
                                                 const cache::TagRecord& record, const Error& why) {
  const bool is_gone = why.code == Errc::not_found;
  auto old = serve(question, record, is_gone ? CacheStatus::gone : CacheStatus::stale);
  if (!old.ok()) return why;
  observer_.stale_served(question.name.upstream, to_string(why.code));
  return old;
}

// The bytes may be missing although the name is known: until now only its HEAD was asked for, or
// they were evicted.
Result<DocumentAnswer> NamedDocuments::serve(const Question& question,
                                             const cache::TagRecord& record, CacheStatus status,
                                             const upstream::FreshnessVerdict* verdict) {
  DocumentAnswer answer{record.digest,
                        record.media_type,
                        record.size_bytes,
                        std::nullopt,
                        status,
                        verdict ? seconds_left(*verdict) : ttl_of(question.name, record)};
  if (!question.want_bytes) return answer;
  auto document = find_named_document(store_, record.digest);
  if (!document) {
    if (options_.offline) return offline_error();
    auto fetched = fetches_.run(question.name.str() + "@" + record.digest.str(), question.deadline,
                                [&] { return fetch(question, record.digest); });
    if (!fetched.result.ok()) return moved_on(question, record, fetched.result.error());
    answer.digest = fetched.result->digest;
    answer.status = status_of(fetched.joined);
    document = std::move(fetched.result)->document;
  }
  answer.media_type = std::move(document->media_type);
  answer.size_bytes = document->bytes.size();
  answer.bytes = std::move(document->bytes);
  return answer;
}

// What a name meant is no more to be had; it may mean something else by now.
Result<DocumentAnswer> NamedDocuments::moved_on(const Question& question,
                                                const cache::TagRecord& record, const Error& why) {
  if (why.code != Errc::not_found) return why;
  const auto now = confirmations_.run("now " + question.name.str(), question.deadline,
                                      [&] { return confirm(question, When::always); });
  if (!now.result.ok()) return now.result.error();
  if (now.result->digest == record.digest) return why;
  return serve(question, *now.result, status_of(now.joined));
}

Result<upstream::FetchedManifest> NamedDocuments::fetch(
    const Question& question, const std::optional<cache::Digest>& version) {
  upstream::Ask ask = question.ask();
  const bool is_order = ask.purpose == upstream::Purpose::order;
  if (!is_order) ask.purpose = upstream::Purpose::pull;  // somebody waits for the bytes
  const WallTime began = clock_.wall();
  auto fetched = question.origin->fetch(ask, version);
  if (!fetched.ok()) {
    if (!version) note_failure(question.name, fetched.error(), began);
    return fetched;
  }
  if (!question.origin->is_kept(fetched->document)) return fetched;
  if (Status kept = store_.put_document(fetched->digest, fetched->document); !kept.ok()) {
    return kept.error();
  }
  if (fetched->digest != version) remember(question.name, info_of(*fetched), began);
  return fetched;
}

Result<cache::TagRecord> NamedDocuments::confirm(const Question& question, When when) {
  const auto before = store_.find_tag(question.name);
  if (when == When::due) {
    if (auto done = confirmed_meanwhile(question, before)) return *std::move(done);
  }
  upstream::Ask ask = question.ask();
  if (before) ask.known = before->digest;
  const WallTime began = clock_.wall();
  auto confirmed = question.origin->confirm(ask);
  if (!confirmed.ok()) {
    note_failure(question.name, confirmed.error(), began);
    return confirmed.error();
  }
  if (Status taken = take(question, *confirmed, before); !taken.ok()) return taken.error();
  return remember(question.name, confirmed->info, began);
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
cache::TagRecord NamedDocuments::remember(const cache::TagName& name,
                                          const upstream::ManifestInfo& info, WallTime began) {
  const auto before = store_.find_tag(name);
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
  negatives_.forget(name.str());
  if (before && !same) observer_.tag_moved(name, before->digest, info.digest);
  return record;
}

void NamedDocuments::note_failure(const cache::TagName& name, const Error& error, WallTime began) {
  if (error.code != Errc::not_found) return;
  const auto before = store_.find_tag(name);
  const WallTime now = clock_.wall();
  if (before && is_later(*before, began, now)) return;
  negatives_.note(name.str(), error, clock_.now());
  if (!before) return;
  cache::TagRecord record = *before;
  record.gone_at = now;
  // The clock may have been set back since it was there.
  record.checked_at = std::min(record.checked_at, now - milliseconds(1));
  store_.put_tag(name, record);
  if (!before->is_gone()) observer_.tag_gone(name);
}

Result<Refreshed> NamedDocuments::refresh(const cache::TagName& name, const OriginPtr& origin,
                                          MonoTime deadline) {
  if (options_.offline) return Error{Errc::denied, "Larder is offline", "offline"};
  const Question question{name, origin, /*want_bytes=*/true, deadline, upstream::Purpose::order};
  negatives_.forget(name.str());
  const auto before = store_.find_tag(name);
  // Not joined to a question of a client: that one may end without asking.
  const auto confirmed = confirmations_.run("now " + name.str(), deadline,
                                            [&] { return confirm(question, When::always); });
  if (!confirmed.result.ok()) return confirmed.result.error();
  const auto served = serve(question, *confirmed.result, CacheStatus::revalidated);
  if (!served.ok()) return served.error();
  return Refreshed{before, *confirmed.result};
}

Standing NamedDocuments::standing(const cache::TagName& name) const {
  Standing standing{store_.find_tag(name), {}, std::nullopt};
  if (standing.record) {
    standing.verdict = freshness_.judge(name, *standing.record, clock_.wall());
    if (standing.verdict.freshness != upstream::Freshness::expired) return standing;
  }
  standing.negative = negatives_.find(name.str(), clock_.now());
  return standing;
}

std::optional<std::chrono::seconds> NamedDocuments::ttl_of(const cache::TagName& name,
                                                           const cache::TagRecord& record) const {
  return seconds_left(freshness_.judge(name, record, clock_.wall()));
}

void NamedDocuments::note_use(const Question& question, const upstream::FreshnessVerdict& verdict) {
  if (options_.offline || verdict.rule == nullptr || verdict.rule->ttl < 2 * kMarginMin) return;
  if (verdict.ttl_left > kNotedAhead) return;
  const std::string name = question.name.str();
  if (refreshes_.is_noted(name)) return;
  refreshes_.note(name, {question.name, question.origin},
                  clock_.now() + verdict.ttl_left - margin(name, verdict.rule->ttl));
}

void NamedDocuments::tick() {
  if (stopping_.stop_requested()) return;
  for (auto& due : refreshes_.take_due(clock_.now(), kRefreshesAtOnce)) {
    const bool runs = executor_.run([this, due] {
      const Question question{due.name,
                              due.origin,
                              /*want_bytes=*/false,
                              clock_.now() + options_.deadline,
                              upstream::Purpose::revalidate,
                              stopping_.get_token()};
      (void)confirmations_.run(due.name.str(), question.deadline,
                               [&] { return confirm(question, When::always); });
    });
    if (!runs) refreshes_.note(due.name.str(), due, clock_.now() + kRefreshAgain);
  }
}

}  // namespace larder::registry
