#include "cache/readers.h"

#include <algorithm>

#include "cache/pass_through.h"

namespace larder::cache {

Result<std::uint64_t> BytesReader::size_bytes(MonoTime) {
  return bytes_.size();
}

Result<Piece> BytesReader::read(std::uint64_t offset, std::uint64_t length_max, MonoTime) {
  CHECK(offset < bytes_.size());
  const auto bytes = std::as_bytes(std::span(bytes_)).subspan(offset);
  const auto size = std::min<std::uint64_t>(bytes.size(), length_max);
  return Piece{nullptr, 0, bytes.first(size), size};
}

Result<std::uint64_t> FileReader::size_bytes(MonoTime) {
  return size_bytes_;
}

Result<Piece> FileReader::read(std::uint64_t offset, std::uint64_t length_max, MonoTime) {
  CHECK(offset < size_bytes_);
  return Piece{file_.get(), offset, {}, std::min(length_max, size_bytes_ - offset)};
}

FlightReader::FlightReader(Claims::Hold hold, std::shared_ptr<Flight> flight, ReaderId id,
                           Outcome outcome, Executor& executor)
    : hold_(std::move(hold)),
      flight_(std::move(flight)),
      id_(id),
      outcome_(outcome),
      executor_(executor) {}

FlightReader::~FlightReader() {
  flight_->remove_reader(id_);
}

Result<std::uint64_t> FlightReader::size_bytes(MonoTime deadline) {
  if (pass_through_ != nullptr) return pass_through_->size_bytes(deadline);
  auto size = flight_->wait_size(id_, deadline);
  if (size.ok() || !flight_->is_detached()) return size;
  return pass_through().size_bytes(deadline);
}

Result<Piece> FlightReader::read(std::uint64_t offset, std::uint64_t length_max,
                                 MonoTime deadline) {
  if (pass_through_ != nullptr) return pass_through_->read(offset, length_max, deadline);
  const std::uint64_t end = offset + std::min(length_max, kToTheEnd - offset);
  const auto readable = flight_->wait_readable(id_, {offset, end}, deadline);
  if (readable.ok()) {
    file_ = readable->file;
    return Piece{file_.get(), offset, {}, std::min(length_max, readable->until - offset)};
  }
  // Cut for good: what it got is wrong, whatever became of the flight.
  if (readable.error().code == Errc::corrupt || !flight_->is_detached()) return readable.error();
  return pass_through().read(offset, length_max, deadline);
}

Outcome FlightReader::outcome() const {
  return pass_through_ != nullptr ? Outcome::pass : outcome_;
}

BlobReader& FlightReader::pass_through() {
  pass_through_ = make_pass_through(flight_, id_, executor_);
  return *pass_through_;
}

}  // namespace larder::cache
