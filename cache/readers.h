// The readers of a blob: from memory, from its file, from a flight.
#pragma once

#include <memory>
#include <string>

#include "cache/blob_reader.h"
#include "cache/files.h"
#include "cache/flight.h"

namespace larder::cache {

// A small document the index gave.
class BytesReader final : public BlobReader {
 public:
  explicit BytesReader(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<std::uint64_t> size_bytes(MonoTime deadline) override;
  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override;
  Outcome outcome() const override { return Outcome::hit; }

 private:
  const std::string bytes_;
};

// A complete blob, which is not removed while it is being read.
class FileReader final : public BlobReader {
 public:
  FileReader(Claims::Hold hold, std::unique_ptr<File> file, std::uint64_t size_bytes)
      : hold_(std::move(hold)), file_(std::move(file)), size_bytes_(size_bytes) {}

  Result<std::uint64_t> size_bytes(MonoTime deadline) override;
  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override;
  Outcome outcome() const override { return Outcome::hit; }

 private:
  const Claims::Hold hold_;
  const std::unique_ptr<File> file_;
  const std::uint64_t size_bytes_;
};

// An arriving blob. When the flight has to go on without the disk, so does this reader, on its own
// connection to the sources, from the byte where the flight stopped.
class FlightReader final : public BlobReader {
 public:
  // `id`: what flight->add_reader() gave. `hold`: of the flight's blob, which may be published and
  // would be evicted while this reader reads on.
  FlightReader(Claims::Hold hold, std::shared_ptr<Flight> flight, ReaderId id, Outcome outcome,
               Executor& executor);
  ~FlightReader() override;

  Result<std::uint64_t> size_bytes(MonoTime deadline) override;
  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override;
  Outcome outcome() const override;

 private:
  BlobReader& pass_through();

  const Claims::Hold hold_;
  const std::shared_ptr<Flight> flight_;
  const ReaderId id_;
  const Outcome outcome_;
  Executor& executor_;
  std::shared_ptr<const File> file_;  // of the last piece
  std::unique_ptr<BlobReader> pass_through_;
};

}  // namespace larder::cache
