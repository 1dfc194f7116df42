#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

namespace larder::sim {

namespace {

using cache::Digest;
using testing::FileCall;

const std::string kRoot = "/c";
constexpr int kCareTurns = 10;

// Chunk maps are no part of the budget, nor is the mark of a clean stop.
bool is_counted(std::string_view name) {
  return !name.ends_with(".chunks");
}

}  // namespace

World::World(const Ground& ground, const Setting& setting, const Life& life)
    : ground_(ground), setting_(setting), life_(life), clean_mark_(ground.disk, kRoot) {
  ground_.disk.count(is_counted);
  make_sources();
}

World::~World() {
  store_.reset();
  ground_.disk.watch(nullptr);
  ground_.index.on_tag(nullptr);
}

void World::make_sources() {
  for (const Cargo& cargo : setting_.cargos) {
    if (cargo.is_exact() && is_undisturbed()) clean_bytes_.emplace(cargo.blob->digest, 0);
    for (const Manner& manner : cargo.sources) {
      auto& sources = sources_[cargo.blob->digest];
      sources.push_back(std::make_shared<SimSource>(
          ground_.fibers, *cargo.blob, manner, "source" + std::to_string(sources.size()),
          [this, digest = cargo.blob->digest](std::uint64_t bytes) {
            stats().add(Count::sent_bytes, bytes);
            const auto clean = clean_bytes_.find(digest);
            if (clean != clean_bytes_.end()) clean->second += bytes;
          }));
    }
  }
}

Status World::open() {
  const auto totals = ground_.index.totals();
  CHECK(totals.ok());
  arm();
  const auto was_clean = clean_mark_.take();
  if (!was_clean.ok()) return was_clean.error();
  agrees_ = *was_clean;
  auto blob_files = cache::BlobFiles::open(ground_.disk, kRoot);
  if (!blob_files.ok()) return blob_files.error();
  blob_files_.emplace(*std::move(blob_files));
  if (Status made = make_store(totals->disk_bytes); !made.ok()) return made;
  if (!agrees_) ground_.fibers.spawn("reconcile", [this] { reconcile(); });
  ground_.fibers.spawn("care", [this] { care(); });
  return {};
}

Status World::make_store(std::uint64_t used_bytes) {
  space_.emplace(cache::SpaceLimits{setting_.budget_bytes, 0}, used_bytes,
                 [this] { return blob_files_->space(); });
  evictor_.emplace(cache::Evictor::Parts{ground_.index, *blob_files_, *space_, claims_, *this,
                                         uses_, *this, recordless_});
  parked_.emplace(*blob_files_, claims_, static_cast<const Clock&>(*this));
  const auto parked_bytes = parked_->load();
  if (!parked_bytes.ok()) return parked_bytes.error();
  space_->count(*parked_bytes);
  if (*parked_bytes > 0) clean_bytes_.clear();
  evictor_->set_partial_blobs(*parked_);
  space_->set_make_room([this](std::uint64_t bytes) { return make_room(bytes); });
  const auto children_of = [this](const cache::Document& document) {
    std::vector<Digest> children;
    if (document.bytes != setting_.documents.front()->bytes) return children;
    for (const Cargo& cargo : setting_.cargos) children.push_back(cargo.blob->digest);
    return children;
  };
  store_ = std::make_unique<cache::Store>(
      cache::StoreParts{*blob_files_, ground_.index, *space_, claims_, uses_, *evictor_, *parked_,
                        recordless_, *this, *this, *this, setting_.limits, children_of});
  return {};
}

Status World::make_room(std::uint64_t bytes) {
  if (evictions_++ == 0) eviction_began_ = ground_.fibers.trace().step();
  Status made = evictor_->make_room(bytes);
  --evictions_;
  return made;
}

// As the daemon's care thread, for a while.
void World::care() {
  for (int turn = 0; turn < kCareTurns && !is_ending(); ++turn) {
    ground_.fibers.sleep(std::chrono::seconds(1));
    if (!is_ending()) (void)evictor_->tick();
  }
}

void World::arm() {
  ground_.disk.watch([this](const auto& seen) { see(seen); });
  ground_.index.on_tag([this](const auto& record) { tag_was_written(record); });
  for (const DiskFault& fault : setting_.disk_faults) {
    ground_.disk.fail_at_random(fault.call, fault.code, fault.per_mille);
  }
  ground_.index.fail_at_random(setting_.index_failures_per_mille);
  if (life_.end != Life::End::kill && life_.end != Life::End::power_loss) return;
  if (life_.index_writes_until_death == 0) {
    return ground_.disk.die_after(life_.changes_until_death);
  }
  ground_.index.die_at_write(life_.index_writes_until_death, [this] {
    die();
    ground_.disk.die_after(0);  // others may have their turn meanwhile
  });
}

void World::see(const testing::MemoryFiles::Seen& seen) {
  ground_.fibers.trace().note(to_string(seen.call).data(), seen.path, seen.fails, seen.disk_bytes);
  if (seen.is_dead) return die();
  // Until the walk after an unclean stop has counted them, files without records come on top of
  // what is promised.
  const std::uint64_t used =
      space_ ? std::max(seen.disk_bytes, space_->used_bytes()) : seen.disk_bytes;
  if (!agrees_) known_excess_ = used;
  known_excess_ = std::min(known_excess_, used);
  const std::uint64_t spare = flights_ * setting_.limits.chunk_bytes;
  const std::uint64_t allowed =
      setting_.budget_bytes + std::min(spare, UINT64_MAX - setting_.budget_bytes);
  if (seen.disk_bytes > std::max(allowed, known_excess_)) {
    oracle().violated("the budget is exceeded: " + std::to_string(seen.disk_bytes) + " of " +
                      std::to_string(setting_.budget_bytes));
  }
}

void World::die() {
  if (std::exchange(is_dead_, true)) return;
  ground_.fibers.trace().note("dies");
  ground_.index.die();
  ground_.fibers.wake(this);
}

void World::reconcile() {
  const Status done = store_->reconcile(stopping_.get_token());
  agrees_ = done.ok() && !stopping_.stop_requested();
}

Result<std::unique_ptr<cache::BlobReader>> World::open_blob(const Cargo& cargo,
                                                            cache::ByteRange wanted) {
  return store_->open_blob(
      cargo.blob->digest, [&] { return sources_.at(cargo.blob->digest); }, wanted);
}

void World::put_document(const Blob& document) {
  stats().add(Count::documents);
  const Status put = store_->put_document(document.digest, {"m", document.bytes});
  if (!put.ok()) oracle().violated("a right document is refused: " + describe(put.error()));
  ground_.fibers.trace().note("put document", document.digest.hex(), documents_.size());
  documents_.push_back(document.digest);
}

void World::find_document(const Blob& document) {
  const bool lasts = oracle().has_promised(document.digest);
  const auto found = store_->find_document(document.digest);
  if (found && found->bytes != document.bytes) oracle().violated("a document has wrong bytes");
  if (found || is_ending() || !setting_.disk_is_good()) return;
  if (lasts && oracle().has_promised(document.digest)) {
    oracle().violated("a document that was kept is not found");
  }
}

// One put of a tag at a time: which of two wins is open.
void World::put_tag(const std::string& tag, const Blob& document) {
  if (!busy_.insert(tag).second) return;
  stats().add(Count::tags);
  const std::uint64_t before = documents_.size();
  store_->put_tag(tag_name(tag), {.digest = document.digest,
                                  .media_type = "m",
                                  .size_bytes = before,  // tells the puts apart
                                  .fetched_at = wall(),
                                  .checked_at = wall()});
  tags_put_[tag] = before;
  ground_.fibers.trace().note("put tag", tag, before);
  busy_.erase(tag);
}

void World::find_tag(const std::string& tag) {
  const auto latest = tags_put_.find(tag);
  const std::uint64_t at_least = latest == tags_put_.end() ? 0 : latest->second;
  const auto found = store_->find_tag(tag_name(tag));
  if (latest == tags_put_.end() || is_ending() || setting_.index_failures_per_mille > 0) return;
  ground_.fibers.trace().note("find tag", tag, at_least, found.has_value());
  if (!found) return oracle().violated("a tag that was put is not found");
  if (found->size_bytes < at_least) oracle().violated("an old tag is found after a new one");
}

void World::flush() {
  const std::vector<Digest> before = documents_;
  store_->flush();
  if (!is_dead_) promise_documents(before);
}

// What could not be kept was reported.
void World::promise_documents(const std::vector<Digest>& digests) {
  for (const Digest& digest : digests) {
    if (!degraded_.contains(digest)) oracle().promise(digest);
  }
}

// A tag is written after every document that was put before it.
void World::tag_was_written(const cache::TagRecord& record) {
  if (is_dead_) return;
  promise_documents(
      {documents_.begin(), documents_.begin() + static_cast<std::ptrdiff_t>(record.size_bytes)});
}

void World::pin(const Blob& blob) {
  if (!busy_.insert(blob.digest.hex()).second) return;
  if (store_->pin(blob.digest, "pinned").ok()) {
    pinned_.emplace(blob.digest, ground_.fibers.trace().step());
  }
  busy_.erase(blob.digest.hex());
}

void World::unpin(const Blob& blob) {
  if (!busy_.insert(blob.digest.hex()).second) return;
  pinned_.erase(blob.digest);
  (void)store_->unpin(blob.digest, "pinned");
  busy_.erase(blob.digest.hex());
}

void World::stop() {
  ground_.fibers.trace().note("stops");
  is_stopping_ = true;
  stopping_.request_stop();
  store_->stop();
}

void World::wait_for_end() {
  if (life_.end == Life::End::early) {
    return ground_.fibers.sleep(std::chrono::microseconds(life_.microseconds_until_stop));
  }
  while (clients_ > 0 && !is_dead_) ground_.fibers.wait_for(this);
}

void World::client_left() {
  if (--clients_ == 0) ground_.fibers.wake(this);
}

bool World::must_serve(const Cargo& cargo) const {
  return !is_ending() && setting_.disk_is_good() && setting_.refusals_per_mille == 0 &&
         cargo.is_honest() && cargo.has_reliable_source();
}

void World::close() {
  if (is_dead_) return;
  promise_documents(documents_);
  if (store_->flights() != 0 || flights_ != 0) oracle().violated("a flight never ends");
  if (agrees_) check_books();
  (void)uses_.flush(ground_.index);
  if (agrees_ && store_->close_books().ok()) (void)clean_mark_.set();
}

// Of a parked flight only the bytes are counted that it goes on with, in whole blocks; what lies
// beside them is at most a block for each fetch.
void World::check_books() {
  const std::uint64_t on_disk = ground_.disk.disk_bytes();
  const std::uint64_t counted = space_->used_bytes();
  const std::uint64_t spare =
      parked_->idle(SIZE_MAX).size() * setting_.limits.fetches_max * cache::kDiskBlockBytes;
  if (counted <= on_disk && on_disk - counted <= spare) return;
  oracle().violated("the books are wrong: " + std::to_string(counted) + " bytes counted, " +
                    std::to_string(on_disk) + " on disk, " + std::to_string(spare) + " to spare");
}

bool World::run(std::function<void()> work) {
  if (random().chance(setting_.refusals_per_mille)) return false;
  ground_.fibers.spawn("task", std::move(work));
  ground_.fibers.pause();
  return true;
}

WallTime World::wall() const {
  return WallTime(std::chrono::seconds(1'700'000'000)) +
         std::chrono::duration_cast<WallTime::duration>(now().time_since_epoch());
}

void World::flight_started(const Digest& digest) {
  ground_.fibers.trace().note("flight starts", digest.hex());
  stats().add(Count::flights);
  ++flights_;
}

void World::flight_joined(const Digest&) {}

void World::flight_ended(const Digest& digest, const Status& status, std::uint64_t bytes) {
  ground_.fibers.trace().note("flight ends", digest.hex(), status.ok(), bytes);
  --flights_;
}

void World::blob_published(const Digest& digest, std::uint64_t size_bytes) {
  if (is_dead_) return;
  stats().add(Count::published);
  oracle().promise(digest);
  const auto clean = clean_bytes_.find(digest);
  if (clean == clean_bytes_.end()) return;
  // The piece under way when a fetch is told to stop may be too much; few fetches are.
  constexpr std::uint64_t kStoppedFetchesMax = 4;
  const std::uint64_t piece_bytes = setting_.limits.chunk_bytes * kPieceChunksMax;
  if (clean->second > size_bytes + kStoppedFetchesMax * piece_bytes) {
    oracle().violated("bytes are fetched twice: " + std::to_string(clean->second) + " for " +
                      std::to_string(size_bytes));
  }
  stats().add(Count::clean_blob_bytes, size_bytes);
  stats().add(Count::clean_sent_bytes, std::exchange(clean->second, 0));
}

// Nothing but the end of this life makes a flight begin again.
bool World::is_undisturbed() const {
  return setting_.disk_is_good() && setting_.budget_is_ample() && setting_.refusals_per_mille == 0;
}

void World::cache_degraded(const Digest& digest, const Error& why) {
  ground_.fibers.trace().note("degraded", describe(why));
  stats().add(Count::degraded);
  degraded_.insert(digest);
  clean_bytes_.erase(digest);  // not kept, so it may be fetched again
}

void World::corrupt(const Digest& digest, const std::string& source) {
  ground_.fibers.trace().note("corrupt", source);
  stats().add(Count::corrupt);
  if (is_dead_) return;
  const auto cargo = std::find_if(setting_.cargos.begin(), setting_.cargos.end(),
                                  [&](const Cargo& other) { return other.blob->digest == digest; });
  if (cargo == setting_.cargos.end() || cargo->is_honest()) {
    oracle().violated("right bytes are called corrupt, of " + source);
  }
}

void World::evicted(const Digest& digest, std::uint64_t) {
  const auto pin = pinned_.find(digest);
  if (pin != pinned_.end() && pin->second < eviction_began_) {
    oracle().violated("a pinned blob is evicted");
  }
  ground_.fibers.trace().note("evicted", digest.hex());
  stats().add(Count::evicted);
  oracle().withdraw(digest);
  degraded_.insert(digest);
}

void World::flight_resumed(const Digest& digest, std::uint64_t bytes) {
  ground_.fibers.trace().note("resumed", digest.hex(), bytes);
  stats().add(Count::resumed_bytes, bytes);
}

void World::source_failed(const Digest&, const std::string& source, const Error& why) {
  ground_.fibers.trace().note("source failed", source, static_cast<unsigned>(why.code));
}

}  // namespace larder::sim
