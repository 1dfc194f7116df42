#include "cache/partial_blob.h"

#include <algorithm>
#include <utility>

namespace larder::cache {

namespace {

ByteRange range_of(std::uint32_t chunk, std::uint64_t chunk_bytes, std::uint64_t blob_bytes) {
  const std::uint64_t begin = chunk * chunk_bytes;
  return {begin, std::min(begin + chunk_bytes, blob_bytes)};
}

std::optional<std::vector<std::byte>> read_range(const File& file, ByteRange range) {
  std::vector<std::byte> bytes(range.size_bytes());
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = file.read_at(range.begin + done, std::span(bytes).subspan(done));
    if (!got.ok() || *got == 0) return std::nullopt;
    done += *got;
  }
  return bytes;
}

}  // namespace

Result<std::shared_ptr<PartialBlob>> PartialBlob::begin(BlobFiles& files, const Digest& digest,
                                                        std::uint64_t chunk_bytes) {
  auto data = files.begin(digest);
  if (!data.ok()) return data.error();
  return std::make_shared<PartialBlob>(files, digest, chunk_bytes,
                                       BlobFiles::Leftover{*std::move(data), nullptr, 0, {}});
}

Result<std::shared_ptr<PartialBlob>> PartialBlob::resume(BlobFiles& files, const Digest& digest,
                                                         std::uint64_t chunk_bytes) {
  auto leftover = files.find_leftover(digest);
  if (!leftover.ok()) return leftover.error();
  const bool fits = leftover->chunks.chunk_bytes == chunk_bytes && !leftover->chunks.sums.empty();
  if (!fits) return Error{Errc::not_found, "a partial blob without chunks of this size"};
  return std::make_shared<PartialBlob>(files, digest, chunk_bytes, *std::move(leftover));
}

PartialBlob::PartialBlob(BlobFiles& files, const Digest& digest, std::uint64_t chunk_bytes,
                         BlobFiles::Leftover leftover)
    : files_(files),
      digest_(digest),
      chunk_bytes_(chunk_bytes),
      data_(std::move(leftover.data)),
      blob_bytes_(leftover.chunks.blob_bytes),
      sums_(std::move(leftover.chunks.sums)),
      hasher_(digest.algorithm()),
      chunk_map_(std::move(leftover.chunk_map)),
      map_bytes_(leftover.chunk_map_bytes) {
  // Behind a record that was cut short the next one begins where a record can.
  if (chunk_map_ != nullptr) {
    const std::uint64_t cut = (map_bytes_ - kChunkMapHeaderBytes) % kChunkRecordBytes;
    map_bytes_ -= cut;
  }
}

ByteRanges PartialBlob::claimed() const {
  ByteRanges ranges;
  for (const auto& [chunk, sum] : sums_) ranges.add(range_of(chunk, chunk_bytes_, blob_bytes_));
  return ranges;
}

std::optional<std::vector<std::byte>> PartialBlob::check(ByteRange chunk) const {
  const auto index = static_cast<std::uint32_t>(chunk.begin / chunk_bytes_);
  const auto known = sums_.find(index);
  if (known == sums_.end() || chunk != range_of(index, chunk_bytes_, blob_bytes_)) {
    return std::nullopt;
  }
  auto bytes = read_range(*data_, chunk);
  if (!bytes || chunk_sum(*bytes) != known->second) return std::nullopt;
  return bytes;
}

void PartialBlob::record(std::uint32_t chunk, std::uint64_t blob_bytes,
                         std::optional<ChunkSum> sum) {
  {
    MutexLock lock(mutex_);
    if (map_failed_ || !recorded_.insert(chunk).second) return;
  }
  if (!sum) sum = sum_of(chunk, blob_bytes);
  if (!sum) return;
  File* const chunk_map = chunk_map_for(blob_bytes);
  if (chunk_map == nullptr) return;
  std::uint64_t offset = 0;
  {
    MutexLock lock(mutex_);
    offset = map_bytes_;
    map_bytes_ += kChunkRecordBytes;
  }
  const auto record = encode_chunk_record(chunk, *sum);
  (void)chunk_map->write_at(offset, record);  // a chunk without a record is fetched again
}

// Made with the first record: most blobs are over before they need one.
File* PartialBlob::chunk_map_for(std::uint64_t blob_bytes) {
  {
    MutexLock lock(mutex_);
    while (making_map_) map_made_.wait(mutex_);
    if (chunk_map_ != nullptr || map_failed_) return chunk_map_.get();
    making_map_ = true;
  }
  std::unique_ptr<File> made = make_chunk_map(blob_bytes);
  {
    MutexLock lock(mutex_);
    making_map_ = false;
    map_failed_ = made == nullptr;
    map_bytes_ = kChunkMapHeaderBytes;
    chunk_map_ = std::move(made);
  }
  map_made_.notify_all();
  MutexLock lock(mutex_);
  return chunk_map_.get();
}

std::unique_ptr<File> PartialBlob::make_chunk_map(std::uint64_t blob_bytes) {
  auto made = files_.begin_chunk_map(digest_);
  if (!made.ok()) return nullptr;
  const auto header = encode_chunk_map_header(blob_bytes, chunk_bytes_);
  return (*made)->write_at(0, header).ok() ? *std::move(made) : nullptr;
}

std::optional<ChunkSum> PartialBlob::sum_of(std::uint32_t chunk, std::uint64_t blob_bytes) const {
  const auto bytes = read_range(*data_, range_of(chunk, chunk_bytes_, blob_bytes));
  return bytes ? std::optional(chunk_sum(*bytes)) : std::nullopt;
}

bool PartialBlob::has_records() const {
  MutexLock lock(mutex_);
  return chunk_map_ != nullptr;
}

void ChunkWatcher::add(ByteRange range, std::span<const std::byte> bytes,
                       std::optional<std::uint64_t> size) {
  done_.clear();
  while (!bytes.empty()) {
    const std::uint64_t begin = range.begin - range.begin % chunk_bytes_;
    const std::uint64_t end = std::min(begin + chunk_bytes_, size.value_or(UINT64_MAX));
    const auto piece = bytes.first(std::min<std::uint64_t>(bytes.size(), end - range.begin));
    if (range.begin == begin) {
      summer_.begin();
      next_ = begin;
    }
    if (next_ == range.begin) {
      summer_.add(piece);
      next_ = range.begin + piece.size();
      if (next_ == end) done_.emplace(begin / chunk_bytes_, summer_.sum());
    }
    range.begin += piece.size();
    bytes = bytes.subspan(piece.size());
  }
}

std::optional<ChunkSum> ChunkWatcher::sum_of(std::uint32_t chunk) const {
  const auto known = done_.find(chunk);
  return known == done_.end() ? std::nullopt : std::optional(known->second);
}

}  // namespace larder::cache
