// Carries one fetch's bytes into its flight.
#pragma once

#include "cache/flight.h"

namespace larder::cache {

// Thread-safety: the fetching thread.
class Flight::Sink final : public SourceSink {
 public:
  Sink(Flight& flight, FetchId fetch);

  bool begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size) override;
  bool write(std::span<const std::byte> bytes) override;

 private:
  struct Place {
    std::shared_ptr<PartialBlob> partial;  // null when none of the bytes is wanted
    Arrived arrived;
    std::uint64_t needed_bytes = 0;  // that the flight takes on disk with them
  };
  Place place_for(std::uint64_t size);
  void written(const Place& place, std::span<const std::byte> bytes);

  Flight& flight_;
  const FetchId fetch_;
  ChunkWatcher watcher_;
};

}  // namespace larder::cache
