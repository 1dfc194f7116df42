// Documents under names that can change: tags, lists of tags, lists of referrers.
//
// A name within its TTL is served without asking. Past it, one question for everybody who asks; the
// bytes are fetched only when the name means others. When nobody answers, the old document is
// served while the rules allow it; when upstream says that the name is no more, too, and its
// answers say so. A name that is asked for within its TTL is confirmed in the background shortly
// before that ends, once, however long it is (RefreshBook::kNamesMax names). A name that upstream
// does not know is refused for kNegativeTime without asking again.
//
// What a name means is true for everybody; that it is no more, for him alone in whose name it was
// heard (Origin::asker): the record keeps what Larder heard in its own, and nobody joins another's
// question. In a tenant's name nobody asks in the background: his next request does.
// Thread-safety: any thread; tick() one thread at a time. Blocks: get() and refresh() on the
// network, until the deadline at most; tick() no.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "cache/executor.h"
#include "cache/store.h"
#include "daemon/registry/document_answer.h"
#include "daemon/registry/negatives.h"
#include "daemon/registry/origin.h"
#include "daemon/registry/refresh_book.h"
#include "daemon/registry/registry_observer.h"
#include "daemon/registry/single_flight.h"
#include "daemon/upstream/freshness.h"

namespace larder::registry {

struct NamedDocumentsOptions {
  bool offline = false;                      // nobody is ever asked
  std::chrono::milliseconds deadline{3000};  // of a question in the background
};

// What a refresh found.
struct Refreshed {
  std::optional<cache::TagRecord> before;
  cache::TagRecord now;
};

// What is known of a name, without asking.
struct Standing {
  std::optional<cache::TagRecord> record;
  upstream::FreshnessVerdict verdict;  // when there is a record
  std::optional<Error> negative;       // upstream said a moment ago that it does not exist
};

class NamedDocuments {
 public:
  // Everything passed by reference must outlive this; the executor must have come to rest.
  NamedDocuments(NamedDocumentsOptions options, upstream::FreshnessRules freshness,
                 cache::Store& store, const Clock& clock, cache::Executor& executor,
                 RegistryObserver& observer);

  // Returns: not_found (upstream says so, or offline and not cached), and what the origin returns.
  Result<DocumentAnswer> get(const cache::TagName& name, const OriginPtr& origin, bool want_bytes,
                             MonoTime deadline);

  // Asks now, whatever the TTL, and fetches the bytes that are not cached.
  // Returns: as get(); what was cached stays.
  Result<Refreshed> refresh(const cache::TagName& name, const OriginPtr& origin, MonoTime deadline);

  // As Larder has it in its own name.
  Standing standing(const cache::TagName& name) const { return standing(name, {}); }

  // Starts the background questions that are due. About once a second.
  void tick();
  // No more of them, and those under way end.
  void stop() { stopping_.request_stop(); }

 private:
  // What one request asks, and until when.
  struct Question {
    const cache::TagName& name;
    const OriginPtr& origin;
    bool want_bytes;
    MonoTime deadline;
    upstream::Purpose purpose;
    std::stop_token stop{};
    bool has_moved = false;  // since the request came
    upstream::Ask ask() const { return {deadline, purpose, std::nullopt, stop}; }
    bool is_own() const { return origin->asker().empty(); }
    std::string key() const { return origin->asker() + name.str(); }
  };
  enum class When { due, always };

  Standing standing(const cache::TagName& name, const std::string& asker) const;
  std::optional<cache::TagRecord> find_record(const cache::TagName& name,
                                              const std::string& asker) const;

  Result<DocumentAnswer> ask(const Question& question,
                             const std::optional<cache::TagRecord>& known);
  Result<DocumentAnswer> serve_old(const Question& question, const cache::TagRecord& record,
                                   const Error& why);
  Result<DocumentAnswer> serve(const Question& question, const cache::TagRecord& record,
                               CacheStatus status,
                               const upstream::FreshnessVerdict* verdict = nullptr);
  Result<DocumentAnswer> moved_on(const Question& question, const cache::TagRecord& record,
                                  const Error& why);

  Result<upstream::FetchedManifest> fetch(const Question& question,
                                          const std::optional<cache::Digest>& version);
  Result<cache::TagRecord> confirm(const Question& question, When when);
  std::optional<Result<cache::TagRecord>> confirmed_meanwhile(
      const Question& question, const std::optional<cache::TagRecord>& before) const;
  Status take(const Question& question, const Confirmed& confirmed,
              const std::optional<cache::TagRecord>& before);
  cache::TagRecord remember(const Question& question, const upstream::ManifestInfo& info,
                            WallTime began);
  void note_failure(const Question& question, const Error& error, WallTime began);
  Duration negative_time(const cache::TagName& name,
                         const std::optional<cache::TagRecord>& before) const;
  void note_gone(const cache::TagName& name, const cache::TagRecord& before, WallTime now);
  void note_use(const Question& question, const upstream::FreshnessVerdict& verdict);
  std::optional<std::chrono::seconds> ttl_of(const cache::TagName& name,
                                             const cache::TagRecord& record) const;

  const NamedDocumentsOptions options_;
  const upstream::FreshnessRules freshness_;
  cache::Store& store_;
  const Clock& clock_;
  cache::Executor& executor_;
  RegistryObserver& observer_;
  std::stop_source stopping_;
  Negatives negatives_;
  RefreshBook refreshes_;
  SingleFlight<upstream::FetchedManifest> fetches_;
  SingleFlight<cache::TagRecord> confirmations_;
};

}  // namespace larder::registry
