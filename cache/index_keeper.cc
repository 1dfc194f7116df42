#include "cache/index_keeper.h"

#include <utility>

namespace larder::cache {

namespace {

constexpr Duration kLookAfterInterval = std::chrono::minutes(1);
constexpr Duration kReplaceInterval = std::chrono::seconds(10);  // a dying disk damages them all

}  // namespace

Result<std::unique_ptr<IndexKeeper>> IndexKeeper::open(const IndexKeeperOptions& options,
                                                       const Clock& clock,
                                                       IndexObserver& observer) {
  std::unique_ptr<IndexKeeper> keeper(new IndexKeeper(options, clock, observer));
  if (Status opened = keeper->open_first(); !opened) return opened.error();
  return keeper;
}

IndexKeeper::IndexKeeper(const IndexKeeperOptions& options, const Clock& clock,
                         IndexObserver& observer)
    : options_(options),
      clock_(clock),
      observer_(observer),
      directories_(options.cache),
      copied_at_(clock.now()),
      looked_after_at_(clock.now()) {}

Status IndexKeeper::open_first() {
  const bool was_there = directories_.has_index();
  const Result<bool> is_read =
      was_there || !(directories_.has_copy() || directories_.has_blobs())
          ? open_found()
          : Error{Errc::corrupt, directories_.index().string() + ": index: it is missing"};
  if (!is_read && is_read.error().code == Errc::corrupt) return replace(is_read.error(), {});
  if (!is_read) return is_read.error();
  is_read_ = *is_read || !was_there;
  if (!is_read_) read_beside_serving();
  return {};
}

// Returns: whether it has been read whole.
Result<bool> IndexKeeper::open_found() {
  const Result<bool> is_read = read_if_marked();
  if (!is_read) return is_read;
  Result<std::unique_ptr<LmdbIndex>> index = LmdbIndex::open(lmdb_options(directories_.index()));
  if (!index) return index.error();
  if (directories_.is_copy_newer()) copied_commit_ = (*index)->last_commit();
  set_current(std::move(*index));
  return is_read;
}

// The mark stays when the reader was ended by somebody else: the next start tries again.
Result<bool> IndexKeeper::read_if_marked() {
  if (!directories_.is_marked()) return false;
  const Status good = directories_.has_index() ? read_whole(directories_.index(), {}) : Status();
  if (!good && good.error().code == Errc::corrupt) return good.error();
  const Status cleared = good ? directories_.clear_mark() : good;
  if (!cleared) observer_.index_trouble(cleared.error());
  return good.ok();
}

Status IndexKeeper::read_whole(const std::filesystem::path& directory,
                               const std::stop_token& stop) const {
  Result<IndexReading> reading =
      IndexReading::start(options_.reader, lmdb_options(directory), IndexReading::Access::alone);
  return reading ? reading->wait(stop) : Status(reading.error());
}

void IndexKeeper::read_beside_serving() {
  LmdbIndexOptions options = lmdb_options(directories_.index());
  options.map_bytes = current()->map_bytes();
  Result<IndexReading> reading =
      IndexReading::start(options_.reader, options, IndexReading::Access::beside_us);
  if (reading) {
    reading_.emplace(std::move(*reading));
  } else {
    observer_.index_trouble(reading.error());
  }
}

void IndexKeeper::tick(const std::stop_token& stop) {
  hear_reading();
  if (damage()) return replace_damaged(stop);
  if (clock_.now() - looked_after_at_ >= kLookAfterInterval) look_after();
  if (is_read_ && clock_.now() - copied_at_ >= options_.copy_interval) {
    if (Status copied = copy_now(); !copied) observer_.index_trouble(copied.error());
  }
}

void IndexKeeper::look_after() {
  looked_after_at_ = clock_.now();
  if (Status checked = current()->check_readers(); !checked) {
    observer_.index_trouble(checked.error());
  }
  if (!is_read_ && !reading_) read_beside_serving();
}

void IndexKeeper::replace_damaged(const std::stop_token& stop) {
  const std::optional<Error> why = damage();
  if (replaced_at_ && clock_.now() - *replaced_at_ < kReplaceInterval) return;
  if (Status replaced = replace(*why, stop); !replaced) observer_.index_trouble(replaced.error());
}

void IndexKeeper::hear_reading() {
  if (!reading_) return;
  const std::optional<Status> ended = reading_->poll();
  if (!ended) return;
  reading_.reset();
  is_read_ = ended->ok();
  if (is_read_) {
    if (Status cleared = directories_.clear_mark(); !cleared) {
      observer_.index_trouble(cleared.error());
    }
  } else if (ended->error().code == Errc::corrupt) {
    note_damage(*current(), ended->error());
  } else {
    observer_.index_trouble(ended->error());
  }
}

Status IndexKeeper::copy_now() {
  hear_reading();
  if (!is_read_) return Error{Errc::busy, "index: copy: it has not been read whole yet"};
  if (damage()) return Error{Errc::busy, "index: copy: it is damaged"};
  copied_at_ = clock_.now();
  const std::shared_ptr<LmdbIndex> index = current();
  const std::uint64_t commit = index->last_commit();  // the copy has it, or a later one
  if (copied_commit_ == commit) return {};
  Status copied = directories_.replace_copy([&index](int fd) { return index->copy_to(fd); });
  if (!copied) return in_context("copy", copied.error());
  copied_commit_ = commit;
  return {};
}

// Calls go on meanwhile, on the old one.
Status IndexKeeper::replace(const Error& why, const std::stop_token& stop) {
  reading_.reset();
  replaced_at_ = clock_.now();
  const Result<std::filesystem::path> moved_to = directories_.move_index_aside(clock_.wall());
  if (!moved_to) return in_context("replace", moved_to.error());

  Result<std::shared_ptr<LmdbIndex>> index = restored_from_copy(stop);
  if (!index) return in_context("replace", index.error());
  const bool is_restored = *index != nullptr;
  if (!is_restored) {
    Result<std::unique_ptr<LmdbIndex>> empty = LmdbIndex::open(lmdb_options(directories_.index()));
    if (!empty) return in_context("replace", empty.error());
    index = std::shared_ptr<LmdbIndex>(std::move(*empty));
  }
  if (Status cleared = directories_.clear_mark(); !cleared) return cleared;

  set_current(std::move(*index));
  is_read_ = true;
  copied_commit_.reset();
  is_rebuild_wanted_ = true;
  observer_.index_replaced(why, *moved_to, is_restored);
  return {};
}

// Null when there is no copy, or none that is good.
Result<std::shared_ptr<LmdbIndex>> IndexKeeper::restored_from_copy(const std::stop_token& stop) {
  if (!directories_.has_copy()) return std::shared_ptr<LmdbIndex>();
  Status good = read_whole(directories_.copy(), stop);
  if (good) {
    if (Status adopted = directories_.adopt_copy(); !adopted) return adopted.error();
    Result<std::unique_ptr<LmdbIndex>> index = LmdbIndex::open(lmdb_options(directories_.index()));
    if (!index) return index.error();
    return std::shared_ptr<LmdbIndex>(std::move(*index));
  }
  if (good.error().code != Errc::corrupt) return in_context("restore", good.error());
  observer_.index_trouble(in_context("restore", good.error()));
  if (Status removed = directories_.remove_copy(); !removed) return removed.error();
  return std::shared_ptr<LmdbIndex>();
}

LmdbIndexOptions IndexKeeper::lmdb_options(std::filesystem::path directory) const {
  return {.directory = std::move(directory),
          .map_bytes = options_.map_bytes,
          .readers_max = options_.readers_max};
}

}  // namespace larder::cache
