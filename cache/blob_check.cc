#include "cache/blob_check.h"

#include <algorithm>
#include <utility>

#include "cache/hasher.h"

namespace larder::cache {

BlobCheck::BlobCheck(const BlobFiles& blob_files, std::size_t piece_bytes, BeforePiece before_piece)
    : blob_files_(blob_files), before_piece_(std::move(before_piece)), piece_(piece_bytes) {}

Result<BlobVerdict> BlobCheck::check(const Digest& digest) {
  const Result<std::unique_ptr<File>> file = blob_files_.find(digest);
  if (!file) {
    const bool is_missing = file.error().code == Errc::not_found;
    const BlobState state = is_missing ? BlobState::missing : BlobState::unopened;
    return BlobVerdict{state, 0, is_missing ? "the file is missing" : file.error().context};
  }
  Result<BlobVerdict> verdict = read(**file, digest);
  if (!verdict || verdict->state == BlobState::good) return verdict;
  (*file)->drop_cached();
  return read(**file, digest);
}

Result<BlobVerdict> BlobCheck::read(const File& file, const Digest& digest) {
  const Result<std::uint64_t> size = file.size_bytes();
  if (!size) return BlobVerdict{BlobState::unopened, 0, size.error().context};
  Hasher hasher(digest.algorithm());
  std::uint64_t done = 0;
  while (done < *size) {
    const auto piece =
        std::span(piece_).first(std::min<std::uint64_t>(piece_.size(), *size - done));
    if (!before_piece_(piece.size())) return Error{Errc::cancelled, "check " + digest.str()};
    const Result<std::size_t> got = file.read_once_at(done, piece);
    if (!got) return BlobVerdict{BlobState::read_error, *size, got.error().context};
    if (*got == 0) break;  // it was cut meanwhile: its digest says so
    hasher.update(piece.first(*got));
    done += *got;
  }
  const Digest found = hasher.digest();
  if (found == digest) return BlobVerdict{BlobState::good, *size, ""};
  return BlobVerdict{BlobState::wrong_digest, *size, "its bytes are " + found.str()};
}

}  // namespace larder::cache
