#include "daemon/registry/blobs.h"

#include <memory>
#include <utility>

#include "cache/hasher.h"
#include "daemon/http/head.h"
#include "daemon/registry/refusals.h"
#include "daemon/registry/replies.h"

namespace larder::registry {

namespace {

CacheStatus status_of(cache::Outcome outcome) {
  switch (outcome) {
    case cache::Outcome::hit:
      return CacheStatus::hit;
    case cache::Outcome::join:
      return CacheStatus::joined;
    case cache::Outcome::miss:
      return CacheStatus::fetched;
    case cache::Outcome::pass:
      return CacheStatus::passed;
  }
  return CacheStatus::failed;
}

// A part of a blob as the body of an answer.
class BlobBody final : public http::Body {
 public:
  BlobBody(std::unique_ptr<cache::BlobReader> reader, std::uint64_t begin, std::uint64_t size_bytes,
           const Clock& clock, std::chrono::milliseconds stall)
      : reader_(std::move(reader)),
        begin_(begin),
        size_bytes_(size_bytes),
        clock_(clock),
        stall_(stall) {}

  std::uint64_t size_bytes() const override { return size_bytes_; }

  Result<cache::Piece> read(std::uint64_t offset, std::uint64_t length_max) override {
    return reader_->read(begin_ + offset, std::min(length_max, size_bytes_ - offset),
                         clock_.now() + stall_);
  }

 private:
  const std::unique_ptr<cache::BlobReader> reader_;
  const std::uint64_t begin_;
  const std::uint64_t size_bytes_;
  const Clock& clock_;
  const std::chrono::milliseconds stall_;
};

// Learns a blob's size from a source and wants none of its bytes.
class SizeProbe final : public cache::SourceSink {
 public:
  bool begin(std::uint64_t, std::optional<std::uint64_t> blob_size_bytes) override {
    size_ = blob_size_bytes;
    return false;
  }
  bool write(std::span<const std::byte>) override { return false; }
  std::optional<std::uint64_t> size() const { return size_; }

 private:
  std::optional<std::uint64_t> size_;
};

http::Response blob_response(const cache::Digest& digest, CacheStatus status) {
  http::Response response;
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("Docker-Content-Digest", digest.str());
  response.headers.add("ETag", "\"" + digest.str() + "\"");
  response.headers.add("Accept-Ranges", "bytes");
  add_common_headers(response, status);
  return response;
}

http::Response unsatisfiable(std::uint64_t size) {
  auto response =
      error_reply(416, "RANGE_INVALID", "range begins beyond the blob's end", CacheStatus::local);
  response.headers.add("Content-Range", "bytes */" + std::to_string(size));
  return response;
}

bool not_modified(const http::Request& request, const cache::Digest& digest) {
  const auto condition = request.headers.find("If-None-Match");
  return condition && http::etag_matches(*condition, "\"" + digest.str() + "\"");
}

// What will be read of the blob, as far as that is clear before its size is; a 304 needs none.
cache::ByteRange wanted(const http::Request& request, const cache::Digest& digest) {
  if (not_modified(request, digest)) return {};
  return http::wanted_range(request.headers.find("Range"));
}

}  // namespace

Blobs::Blobs(BlobsOptions options, cache::Store& store, const Clock& clock)
    : options_(options), store_(store), clock_(clock) {}

Result<http::Response> Blobs::answer(const http::Request& request, const Target& target,
                                     const std::string& digest_text) {
  const auto digest = cache::Digest::parse(digest_text);
  if (!digest.ok()) return digest.error();
  if (request.is_head()) return head(target, *digest);
  return get(request, target, *digest);
}

Result<http::Response> Blobs::get(const http::Request& request, const Target& target,
                                  const cache::Digest& digest) {
  const MonoTime deadline = clock_.now() + options_.first_byte;
  auto reader = store_.open_blob(digest, sources_of(target), wanted(request, digest));
  if (!reader.ok()) return options_.offline ? offline_error() : reader.error();
  const auto size = (*reader)->size_bytes(deadline);
  if (!size.ok()) return size.error();
  if (not_modified(request, digest)) {
    auto response = blob_response(digest, status_of((*reader)->outcome()));
    response.status = 304;
    return response;
  }
  const auto range = http::parse_range(request.headers.find("Range"), *size);
  if (range.kind == http::RangeRequest::Kind::unsatisfiable) return unsatisfiable(*size);
  const bool partial = range.kind == http::RangeRequest::Kind::satisfiable;
  const std::uint64_t begin = partial ? range.begin : 0;
  const std::uint64_t end = partial ? range.end : *size;
  if (begin < end) {
    const auto first = (*reader)->read(begin, end - begin, deadline);
    if (!first.ok()) return first.error();
  }
  auto response = blob_response(digest, status_of((*reader)->outcome()));
  if (partial) {
    response.status = 206;
    response.headers.add("Content-Range", "bytes " + std::to_string(begin) + "-" +
                                              std::to_string(end - 1) + "/" +
                                              std::to_string(*size));
  }
  response.body =
      std::make_unique<BlobBody>(*std::move(reader), begin, end - begin, clock_, options_.stall);
  return response;
}

// Of a blob that is not cached only the size is asked, by a GET that is ended after its head: some
// registries refuse HEAD, and a redirect to storage is often signed for GET alone.
Result<http::Response> Blobs::head(const Target& target, const cache::Digest& digest) {
  const auto reply = [&](std::uint64_t size, CacheStatus status) {
    auto response = blob_response(digest, status);
    response.content_length = size;
    return response;
  };
  if (const auto reader = store_.open_cached_blob(digest)) {
    const auto size = reader->size_bytes(clock_.now());
    if (size.ok()) return reply(*size, CacheStatus::hit);
  }
  Error error = offline_error();
  const MonoTime deadline = clock_.now() + options_.first_byte;
  const auto sources = options_.offline
                           ? std::vector<std::shared_ptr<cache::Source>>()
                           : target.upstream->blob_sources(
                                 target.repository, {deadline, options_.first_byte, target.as});
  for (const auto& source : sources) {
    SizeProbe probe;
    const Status asked = source->fetch(digest, {0, cache::kToTheEnd}, probe, {});
    const bool is_empty = probe.size() == 0;
    if (is_empty && digest != cache::digest_of(digest.algorithm(), {})) {
      error = {Errc::corrupt, "source says the blob is empty"};
      continue;
    }
    if (probe.size()) return reply(*probe.size(), CacheStatus::passed);
    error = asked.ok() ? Error{Errc::upstream_down, "source tells no size"} : asked.error();
  }
  return error;
}

cache::SourcesOf Blobs::sources_of(const Target& target) const {
  return [&target, options = options_] {
    return options.offline
               ? std::vector<std::shared_ptr<cache::Source>>()
               : target.upstream->blob_sources(target.repository,
                                               {.first_byte = options.first_byte, .as = target.as});
  };
}

}  // namespace larder::registry
