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
constexpr milliseconds kMarginMin{500};
constexpr milliseconds kMarginMax{60'000};

CacheStatus status_of(bool joined) {
  return joined ? CacheStatus::joined : CacheStatus::fetched;
}

std::optional<std::chrono::seconds> seconds_left(const upstream::FreshnessVerdict& verdict) {
  if (verdict.rule == nullptr) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(verdict.ttl_left);
}

// How long before the end of its TTL a name is confirmed: a tenth, and up to half of that more, so
// that names which were fetched together are not confirmed together.
milliseconds margin(const cache::TagName& name, milliseconds ttl) {
  const milliseconds tenth = std::clamp(ttl / 10, kMarginMin, kMarginMax);
  return tenth + tenth * static_cast<int>(std::hash<std::string>{}(name.str()) % 100) / 200;
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
  const auto [known, verdict, negative] = standing(name, origin->asker());
  const bool is_servable = known && verdict.freshness != Freshness::expired;
  const Question question{name, origin, want_bytes, deadline,
                          is_servable ? Purpose::revalidate : Purpose::pull};
  if (known && (options_.offline || verdict.freshness == Freshness::fresh)) {
    note_use(question, verdict);
    if (known->is_gone()) return serve_old(question, *known, gone_error());
    return serve(question, *known, CacheStatus::hit, &verdict);
  }
  if (options_.offline) return offline_error();
  auto answer = negative ? Result<DocumentAnswer>(*negative) : ask(question, known);
  if (answer.ok() || !is_servable) return answer;
  return serve_old(question, *known, answer.error());
}

// A name that is not known costs one fetch; one that is known, a confirmation, and a fetch only if
// it means something else now.
Result<DocumentAnswer> NamedDocuments::ask(const Question& question,
                                           const std::optional<cache::TagRecord>& known) {
  const std::string key = question.key();
  if (question.want_bytes && !known) {
    auto fetched =
        fetches_.run(key, question.deadline, [&] { return fetch(question, std::nullopt); });
    if (!fetched.result.ok()) return fetched.result.error();
    const auto info = fetched.result->info();
    const bool is_kept = question.origin->is_kept(fetched.result->document);
    return DocumentAnswer{info.digest, info.media_type, info.size_bytes,
                          std::move(fetched.result)->document.bytes,
                          is_kept ? status_of(fetched.joined) : CacheStatus::passed};
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
    auto fetched = fetches_.run(question.key() + "@" + record.digest.str(), question.deadline,
                                [&] { return fetch(question, record.digest); });
    const bool may_have_moved = !fetched.result.ok() && !question.has_moved;
    if (may_have_moved) return moved_on(question, record, fetched.result.error());
    if (!fetched.result.ok()) return fetched.result.error();
    answer.digest = fetched.result->digest;
    answer.status = status_of(fetched.joined);
    document = std::move(fetched.result)->document;
  }
  answer.media_type = std::move(document->media_type);
  answer.size_bytes = document->bytes.size();
  answer.bytes = std::move(document->bytes);
  return answer;
}

// What a name meant is no more to be had; it may mean something else by now. Once: there are
// registries that never come to rest.
Result<DocumentAnswer> NamedDocuments::moved_on(const Question& question,
                                                const cache::TagRecord& record, const Error& why) {
  if (why.code != Errc::not_found) return why;
  const auto now = confirmations_.run("now " + question.key(), question.deadline,
                                      [&] { return confirm(question, When::always); });
  if (!now.result.ok()) return now.result.error();
  if (now.result->digest == record.digest) return why;
  Question again = question;
  again.has_moved = true;
  return serve(again, *now.result, status_of(now.joined));
}

Result<Refreshed> NamedDocuments::refresh(const cache::TagName& name, const OriginPtr& origin,
                                          MonoTime deadline) {
  if (options_.offline) return Error{Errc::denied, "Larder is offline", "offline"};
  const Question question{name, origin, /*want_bytes=*/true, deadline, upstream::Purpose::order};
  negatives_.forget(question.key());
  const auto before = store_.find_tag(name);
  // Not joined to a question of a client: that one may end without asking.
  const auto confirmed = confirmations_.run("now " + question.key(), deadline,
                                            [&] { return confirm(question, When::always); });
  if (!confirmed.result.ok()) return confirmed.result.error();
  const auto served = serve(question, *confirmed.result, CacheStatus::revalidated);
  if (!served.ok()) return served.error();
  return Refreshed{before, *confirmed.result};
}

Standing NamedDocuments::standing(const cache::TagName& name, const std::string& asker) const {
  using upstream::Freshness;
  Standing standing{find_record(name, asker), {}, std::nullopt};
  if (standing.record) {
    standing.verdict = freshness_.judge(name, *standing.record, clock_.wall());
    // Of what Larder itself may be served the record says whether it is gone.
    const auto freshness = standing.verdict.freshness;
    if (freshness == Freshness::fresh) return standing;
    if (freshness == Freshness::stale && asker.empty()) return standing;
  }
  standing.negative = negatives_.find(asker + name.str(), clock_.now());
  return standing;
}

// As it is for `asker`: that a name is gone was heard in Larder's own.
std::optional<cache::TagRecord> NamedDocuments::find_record(const cache::TagName& name,
                                                            const std::string& asker) const {
  auto record = store_.find_tag(name);
  if (record && !asker.empty()) record->gone_at = {};
  return record;
}

std::optional<std::chrono::seconds> NamedDocuments::ttl_of(const cache::TagName& name,
                                                           const cache::TagRecord& record) const {
  return seconds_left(freshness_.judge(name, record, clock_.wall()));
}

void NamedDocuments::note_use(const Question& question, const upstream::FreshnessVerdict& verdict) {
  const bool is_asked_for = question.is_own() && !options_.offline && verdict.rule != nullptr;
  if (!is_asked_for || verdict.rule->ttl < 2 * kMarginMin) return;
  refreshes_.note(question.name, question.origin,
                  clock_.now() + verdict.ttl_left - margin(question.name, verdict.rule->ttl));
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
    if (!runs) refreshes_.note(due.name, due.origin, clock_.now() + kRefreshAgain);
  }
}

}  // namespace larder::registry
