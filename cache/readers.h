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

// A complete blob. It keeps the file open, so removal of the blob does not disturb it.
class FileReader final : public BlobReader {
 public:
  FileReader(std::unique_ptr<File> file, std::uint64_t size_bytes)
      : file_(std::move(file)), size_bytes_(size_bytes) {}

  Result<std::uint64_t> size_bytes(MonoTime deadline) override;
  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override;
  Outcome outcome() const override { return Outcome::hit; }

 private:
  const std::unique_ptr<File> file_;
  const std::uint64_t size_bytes_;
};

// An arriving blob. When the flight has to go on without the disk, so does this reader, on its own
// connection to the sources, from the byte where the flight stopped.
class FlightReader final : public BlobReader {
 public:
  FlightReader(std::shared_ptr<Flight> flight, Outcome outcome, Executor& executor);
  ~FlightReader() override;

  Result<std::uint64_t> size_bytes(MonoTime deadline) override;
  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override;
  Outcome outcome() const override;

 private:
  BlobReader& pass_through();

  const std::shared_ptr<Flight> flight_;
  const ReaderId id_;
  const Outcome outcome_;
  Executor& executor_;
  std::unique_ptr<BlobReader> pass_through_;
};

}  // namespace larder::cache
