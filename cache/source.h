// Anything a blob's bytes can be fetched from: an upstream endpoint, later containerd's own store
// or a peer. Declared here because flights use it; implemented by the rooms that know how to ask.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "cache/base/result.h"
#include "cache/digest.h"

namespace larder::cache {

// Bytes [begin, end) of a blob.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  std::uint64_t size_bytes() const { return end - begin; }
  bool operator==(const ByteRange&) const = default;
};

inline constexpr std::uint64_t kToTheEnd = UINT64_MAX;

// Takes what a source sends, on the fetching thread.
class SourceSink {
 public:
  virtual ~SourceSink() = default;

  // Once, before any byte: where the bytes that follow begin (a source that ignores ranges begins
  // at 0) and how large the whole blob is, when the source says so. False: send nothing.
  virtual bool begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size_bytes) = 0;

  // The next bytes, in order. False: send no more.
  virtual bool write(std::span<const std::byte> bytes) = 0;
};

// Thread-safety: any thread, several fetches at once.
class Source {
 public:
  virtual ~Source() = default;

  // Fetches range.begin .. range.end (kToTheEnd: to the blob's end) into `sink`. A source may send
  // more than asked for; it never sends less and says ok.
  // Blocks: on the network, within the source's own connect, first-byte and stall deadlines;
  // returns soon after `stop` is requested. Returns: not_found when the source does not have the
  // blob, denied when it refuses, upstream_down, timeout; cancelled when `stop` or the sink ended
  // it.
  virtual Status fetch(const Digest& digest, ByteRange range, SourceSink& sink,
                       std::stop_token stop) = 0;

  // For logs and blame: "registry-1.docker.io". No credentials.
  virtual std::string name() const = 0;

  // Sources with the same identity ask the same place for the same thing as the same user: when one
  // has failed, another is not worth asking. Not for logs.
  virtual std::string identity() const { return name(); }
};

}  // namespace larder::cache
