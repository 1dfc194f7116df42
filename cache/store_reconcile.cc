// How the store makes index and files agree.
#include "cache/disk_bytes.h"
#include "cache/store.h"

namespace larder::cache {

namespace {

constexpr std::size_t kRecordsAtATime = 256;

}  // namespace

// Files without records, given them many at once: each commit waits for the disk.
class Store::Adoption {
 public:
  explicit Adoption(Store& store) : store_(store) {}

  Status consider(const Digest& digest, std::uint64_t size_bytes) {
    // Turns are not kept for long: others wait for them.
    const bool is_old = !found_.empty() && ++considered_ % kConsideredMax == 0;
    if (Status done = is_old ? finish() : Status(); !done.ok()) return done;
    auto turn = store_.turns_.take(digest);
    auto hold = store_.parts_.claims.hold(digest);
    const auto record = store_.parts_.index.find_blob(digest);
    if (!record.ok()) return record.error();
    if (*record || store_.is_missing(digest)) return {};  // evicted since the folder was listed
    found_.emplace_back(digest, store_.new_record(digest, size_bytes, ""));
    turns_.push_back(std::move(turn));
    holds_.push_back(std::move(hold));
    return found_.size() < kAtATime ? Status() : finish();
  }

  Status finish() {
    const Status added = found_.empty() ? Status() : store_.parts_.index.add_blobs(found_);
    if (added.ok()) {
      for (const auto& [digest, record] : found_) {
        store_.count_found_file(digest, record.size_bytes);
      }
    }
    found_.clear();
    turns_.clear();
    holds_.clear();
    return added;
  }

 private:
  static constexpr std::size_t kAtATime = 1024;
  static constexpr std::size_t kConsideredMax = 2048;

  Store& store_;
  std::size_t considered_ = 0;
  std::vector<std::pair<Digest, BlobRecord>> found_;
  std::vector<Turns::Turn> turns_;  // of the found ones
  std::vector<Claims::Hold> holds_;
};

Status Store::reconcile(const std::stop_token& stop, Counted counted) {
  counted_ = counted;
  Adoption adoption(*this);
  Status failed;
  // A record must not outlast its blob.
  Status done = parts_.blob_files.sync_names();
  if (done.ok())
    done = parts_.blob_files.for_each([&](const Digest& digest, std::uint64_t size_bytes) {
      failed = adoption.consider(digest, size_bytes);
      return failed.ok() && !stop.stop_requested();
    });
  if (done.ok()) done = failed;
  if (done.ok()) done = adoption.finish();
  if (done.ok()) done = drop_records_without_files(stop);
  counted_ = Counted::records;
  // What has been found may be more than the budget.
  if (parts_.space.shortage(0) > 0) (void)parts_.evictor.make_room(0);
  return done;
}

bool Store::is_being_written(const Digest& digest) const {
  return flights_.find(digest) != nullptr || pending_.find_document(digest).has_value();
}

// A file has just got its record.
void Store::count_found_file(const Digest& digest, std::uint64_t size_bytes) {
  const bool is_counted = parts_.recordless.take(digest) || counted_ == Counted::files;
  if (!is_counted) parts_.space.count(disk_bytes(size_bytes));
}

Status Store::drop_records_without_files(const std::stop_token& stop) {
  std::optional<Digest> last;
  while (!stop.stop_requested()) {
    const auto records = parts_.index.blobs_after(last, kRecordsAtATime);
    if (!records.ok()) return records.error();
    if (records->empty()) break;
    for (const auto& [digest, record] : *records) {
      const Status done = drop_record_without_file(digest);
      if (!done.ok()) return done;
    }
    last = records->back().first;
  }
  return {};
}

Status Store::drop_record_without_file(const Digest& digest) {
  if (!is_missing(digest)) return {};
  const auto claim = parts_.claims.try_remove(digest);
  return claim ? drop_record_if_missing(digest) : Status();
}

// Looked for again: who held the blob may have published or removed it a moment ago.
Status Store::drop_record_if_missing(const Digest& digest) {
  if (!is_missing(digest)) return {};
  const auto record = parts_.index.find_blob(digest);
  if (!record.ok()) return record.error();
  if (!*record) return {};
  const Status removed = parts_.index.remove_blobs({&digest, 1});
  const bool was_counted = removed.ok() && counted_ == Counted::records;
  if (was_counted) parts_.space.release(disk_bytes((*record)->size_bytes));
  return removed;
}

// A file that cannot be opened for another reason is there.
bool Store::is_missing(const Digest& digest) const {
  const auto file = parts_.blob_files.find(digest);
  return !file.ok() && file.error().code == Errc::not_found;
}

// A record that could not be written or removed shows in the sums.
Status Store::close_books() const {
  if (Status synced = parts_.blob_files.sync_names(); !synced.ok()) return synced;
  const auto totals = parts_.index.totals();
  if (!totals.ok()) return totals.error();
  const std::uint64_t recorded = totals->disk_bytes + parts_.parked.total_bytes();
  if (parts_.recordless.empty() && recorded == parts_.space.used_bytes()) return {};
  return Error{Errc::invalid, "the index and the blob files do not agree"};
}

}  // namespace larder::cache
