#include "cache/check_pass.h"

#include <string>

namespace larder::cache {

namespace {

constexpr std::size_t kRowsReadAhead = 64;
constexpr unsigned kUnreadableInARowMax = 3;

bool is_unreadable(const BlobVerdict& verdict) {
  return verdict.state == BlobState::read_error || verdict.state == BlobState::unopened;
}

std::string sizes(std::uint64_t in_file, std::uint64_t in_record) {
  return "the file has " + std::to_string(in_file) + " bytes, the record says " +
         std::to_string(in_record);
}

FindingKind kind_of(const BlobVerdict& verdict, const BlobRecord& record) {
  if (verdict.state == BlobState::missing) return FindingKind::missing_file;
  const bool sizes_differ = !is_unreadable(verdict) && verdict.size_bytes != record.size_bytes;
  return sizes_differ ? FindingKind::wrong_size : FindingKind::wrong_digest;
}

}  // namespace

CheckPass::CheckPass(CheckPassParts parts)
    : parts_(std::move(parts)),
      check_(parts_.blob_files, parts_.piece_bytes,
             [this](std::uint64_t bytes) { return parts_.observer.before_piece(bytes); }) {}

Status CheckPass::run(const std::optional<Digest>& after_digest) {
  rows_.clear();
  rows_after_ = after_digest;
  std::optional<Shard> shard = after_digest ? shard_of(*after_digest) : Shard{};
  Status done;
  for (; shard && done; shard = after(*shard)) done = check_shard(*shard);
  settle_unreadable(/*mend=*/done.ok());
  return done;
}

Status CheckPass::check_shard(Shard shard) {
  for (;;) {
    const Result<std::optional<Row>> row = next_record(shard);
    if (!row) return row.error();
    if (!*row) return check_files(shard);
    if (Status done = check_record(**row); !done) return done;
    parts_.observer.checked((*row)->first);
  }
}

// Empty when the shard has no more.
Result<std::optional<CheckPass::Row>> CheckPass::next_record(Shard shard) {
  if (rows_.empty() && parts_.index != nullptr) {
    auto rows = parts_.index->blobs_after(rows_after_, kRowsReadAhead);
    if (!rows) return rows.error();
    rows_.assign(rows->begin(), rows->end());
  }
  if (rows_.empty() || shard_of(rows_.front().first) != shard) return std::optional<Row>();
  std::optional<Row> row = std::move(rows_.front());
  rows_.pop_front();
  rows_after_ = row->first;
  return row;
}

Status CheckPass::check_record(const Row& row) {
  if (parts_.is_being_written(row.first)) return {};
  const Result<BlobVerdict> verdict = verdict_on(row.first);
  if (!verdict) return verdict.error();
  const bool is_good = verdict->state == BlobState::good;
  if (is_good && verdict->size_bytes == row.second.size_bytes) {
    check_copy(row);
  } else {
    judge(row, *verdict);
  }
  return {};
}

void CheckPass::judge(const Row& row, const BlobVerdict& verdict) {
  const Digest& digest = row.first;
  const BlobRecord& record = row.second;
  Finding finding{kind_of(verdict, record), digest.str(), verdict.detail};
  if (finding.kind == FindingKind::wrong_size) {
    finding.detail = sizes(verdict.size_bytes, record.size_bytes);
  }
  if (verdict.state == BlobState::good) {
    return tell({std::move(finding), [=](BlobMender& mender) {
                   return mender.correct_size(digest, record, verdict.size_bytes);
                 }});
  }
  const Trouble trouble{std::move(finding), [this, digest, record](BlobMender& mender) {
                          Mended mended = mender.drop(digest, record);
                          if (!mended.is_moot) parts_.observer.bad_file(digest);
                          return mended;
                        }};
  tell_of_file(trouble, verdict.state);
}

// A blob that is good on disk may have a damaged copy in the index, where look-ups take it for
// lost.
void CheckPass::check_copy(const Row& row) {
  const auto copy = parts_.index->find_document(row.first);
  if (copy || copy.error().code != Errc::corrupt) return;
  tell({{FindingKind::wrong_digest, row.first.str(), "the index's copy is damaged"},
        [&row](BlobMender& mender) { return mender.renew_copy(row.first, row.second); }});
}

Status CheckPass::check_files(Shard shard) {
  const Result<ShardListing> listing = parts_.folders.list(shard);
  if (!listing) return listing.error();
  for (const std::string& path : listing->strays) {
    Finding stray{FindingKind::stray_file, path, "not a blob of this folder"};
    stray.harmless = true;  // somebody else's, and never served
    parts_.observer.found(std::move(stray));
  }
  for (const auto& [digest, size_bytes] : listing->blobs) {
    const Result<bool> orphan = is_orphan(digest);
    if (!orphan) return orphan.error();
    if (!*orphan) continue;
    if (Status done = check_file(digest); !done) return done;
  }
  return {};
}

// A writer is asked for first: one that is not writing any more has left its record.
Result<bool> CheckPass::is_orphan(const Digest& digest) const {
  if (parts_.is_being_written(digest)) return false;
  if (parts_.index == nullptr) return true;
  const auto record = parts_.index->find_blob(digest);
  if (!record) return record.error();
  return !record->has_value();
}

Status CheckPass::check_file(const Digest& digest) {
  const Result<BlobVerdict> verdict = verdict_on(digest);
  if (!verdict) return verdict.error();
  parts_.observer.checked(digest);
  if (verdict->state == BlobState::missing) return {};  // removed meanwhile
  const bool is_good = verdict->state == BlobState::good;
  const bool has_index = parts_.index != nullptr;
  if (is_good && !has_index) return {};  // that there is no index is told once
  const FindingKind kind = has_index ? FindingKind::orphan_file : FindingKind::wrong_digest;
  Finding finding{kind, digest.str(), verdict->detail};
  if (is_good) {
    tell({std::move(finding),
          [&](BlobMender& mender) { return mender.adopt(digest, verdict->size_bytes); }});
    return {};
  }
  const Trouble trouble{std::move(finding), [this, digest](BlobMender& mender) {
                          Mended mended = mender.remove_orphan(digest);
                          if (!mended.is_moot) parts_.observer.bad_file(digest);
                          return mended;
                        }};
  tell_of_file(trouble, verdict->state);
  return {};
}

Result<BlobVerdict> CheckPass::verdict_on(const Digest& digest) {
  if (!parts_.observer.before_file()) return Error{Errc::cancelled, "check " + digest.str()};
  Result<BlobVerdict> verdict = check_.check(digest);
  if (!verdict || verdict->state == BlobState::missing) return verdict;
  if (!is_unreadable(*verdict)) {
    unreadable_in_a_row_ = 0;
    settle_unreadable(/*mend=*/true);
    return verdict;
  }
  if (++unreadable_in_a_row_ < kUnreadableInARowMax) return verdict;
  return Error{Errc::io,
               std::to_string(unreadable_in_a_row_) +
                   " files in a row cannot be read, the disk may be failing: " + verdict->detail};
}

// A disk that fails altogether must not cost the cache: a file it does not give is dropped only
// after another one could be read.
void CheckPass::tell_of_file(const Trouble& trouble, BlobState state) {
  if (state == BlobState::read_error) {
    unreadable_.push_back(trouble);
  } else if (state == BlobState::unopened) {
    parts_.observer.found(trouble.finding);
  } else {
    tell(trouble);
  }
}

void CheckPass::settle_unreadable(bool mend) {
  for (const Trouble& trouble : std::exchange(unreadable_, {})) {
    if (mend) {
      tell(trouble);
    } else {
      parts_.observer.found(trouble.finding);
    }
  }
}

void CheckPass::tell(const Trouble& trouble) {
  Finding finding = trouble.finding;
  if (parts_.mender != nullptr) {
    const Mended mended = trouble.mend(*parts_.mender);
    if (mended.is_moot) return;
    finding.repaired = mended.done;
    finding.detail += (finding.detail.empty() ? "" : "; ") + mended.how;
  }
  parts_.observer.found(std::move(finding));
}

}  // namespace larder::cache
