#include "cache/pass_through.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cache/pipe.h"

namespace larder::cache {

namespace {

constexpr std::size_t kPipeBytes = 1 << 20;
// At least the pipe's gate: what is held back must fit into the pipe.
constexpr std::uint64_t kHoldBackBytes = 64 << 10;
static_assert(kHoldBackBytes + (256 << 10) <= kPipeBytes);

// The fetching side: shared by the reader and the task on the executor.
class Passage final : public SourceSink {
 public:
  Passage(std::shared_ptr<Flight> flight, Flight::Detached from)
      : flight_(std::move(flight)),
        file_(std::move(from.file)),
        unproven_(from.unproven),
        sources_(std::move(from.sources)),
        hasher_(std::move(from.hasher)),
        position_(from.prefix_bytes),
        pipe_(from.prefix_bytes, kPipeBytes) {
    if (from.blob_bytes && *from.blob_bytes > 0) learn_size(*from.blob_bytes);
  }

  // Every source in turn, each from the byte where the one before stopped.
  void run() {
    if (whole()) return finish();
    Error error{Errc::upstream_down, "no source"};
    for (const auto& source : sources_) {
      const Status status =
          source->fetch(flight_->digest(), {position_, kToTheEnd}, *this, stop_.get_token());
      if (whole()) return finish();
      if (stop_.stop_requested()) return;
      error = status.ok() ? Error{Errc::upstream_down, "source ended early"} : status.error();
    }
    pipe_.fail(doubt_ ? std::move(error) : doubt_.error());
  }

  void refuse() { pipe_.fail({Errc::busy, "too many fetches at once"}); }

  void stop() {
    stop_.request_stop();
    pipe_.close();
  }

  bool begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size) override {
    if (!blob_size || offset > position_ || (size_ && *size_ != *blob_size)) return false;
    const bool is_empty = *blob_size == 0;
    if (is_empty && hasher_.digest() != flight_->digest()) return false;
    learn_size(*blob_size);
    skip_ = position_ - offset;
    return true;
  }

  bool write(std::span<const std::byte> bytes) override {
    const std::uint64_t skipped = std::min<std::uint64_t>(skip_, bytes.size());
    skip_ -= skipped;
    bytes = bytes.subspan(skipped);
    bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), *size_ - position_));
    doubt_ = prove(bytes);
    if (!doubt_) return false;
    hasher_.update(bytes);
    position_ += bytes.size();
    return (bytes.empty() || pipe_.write(bytes)) && !whole();
  }

  const File* file() const { return file_.get(); }
  Pipe& pipe() { return pipe_; }

 private:
  void learn_size(std::uint64_t size) {
    size_ = size;
    pipe_.tell_size(size, size - std::min(size, kHoldBackBytes));
  }

  bool whole() const { return size_ && position_ == *size_; }

  // An error: the reader was given other bytes than these, or nobody can tell any more. When no
  // other source brings them again, it must be cut.
  Status prove(std::span<const std::byte> bytes) {
    const std::uint64_t begin = std::max(position_, unproven_.begin);
    const std::uint64_t end = std::min(position_ + bytes.size(), unproven_.end);
    if (begin >= end) return {};
    std::vector<std::byte> given(end - begin);
    const auto got = file_->read_at(begin, given);
    if (!got) return got.error();
    const auto again = bytes.subspan(begin - position_, given.size());
    if (*got == given.size() && std::ranges::equal(given, again)) return {};
    return Error{Errc::corrupt, "bytes that were served do not come again"};
  }

  void finish() {
    if (hasher_.digest() == flight_->digest()) return pipe_.open_gate();
    pipe_.fail({Errc::corrupt, "bytes do not match the digest"});
  }

  const std::shared_ptr<Flight> flight_;
  const std::shared_ptr<const File> file_;  // of the prefix
  const ByteRange unproven_;
  const std::vector<std::shared_ptr<Source>> sources_;
  Hasher hasher_;
  std::uint64_t position_;  // of the next byte that is wanted
  std::uint64_t skip_ = 0;  // bytes a source sends before it
  std::optional<std::uint64_t> size_;
  Status doubt_;
  Pipe pipe_;
  std::stop_source stop_;
};

class PassThroughReader final : public BlobReader {
 public:
  PassThroughReader(std::shared_ptr<Passage> passage, std::uint64_t prefix_bytes)
      : passage_(std::move(passage)), prefix_bytes_(prefix_bytes) {}
  ~PassThroughReader() override { passage_->stop(); }

  Result<std::uint64_t> size_bytes(MonoTime deadline) override {
    return passage_->pipe().size_bytes(deadline);
  }

  Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) override {
    if (offset < prefix_bytes_) {
      // The blob's end is held back, wherever it comes from.
      const auto gate = passage_->pipe().wait_gate(offset, deadline);
      if (!gate.ok()) return gate.error();
      const std::uint64_t until = std::min(prefix_bytes_, *gate);
      return Piece{passage_->file(), offset, {}, std::min(length_max, until - offset)};
    }
    const auto bytes = passage_->pipe().read(offset, length_max, deadline);
    if (!bytes.ok()) return bytes.error();
    return Piece{nullptr, 0, *bytes, bytes->size()};
  }

  Outcome outcome() const override { return Outcome::pass; }

 private:
  const std::shared_ptr<Passage> passage_;
  const std::uint64_t prefix_bytes_;
};

}  // namespace

std::unique_ptr<BlobReader> make_pass_through(std::shared_ptr<Flight> flight, ReaderId reader,
                                              Executor& executor) {
  Flight::Detached from = flight->detached(reader);
  const std::uint64_t prefix_bytes = from.prefix_bytes;
  auto passage = std::make_shared<Passage>(std::move(flight), std::move(from));
  if (!executor.run([passage] { passage->run(); })) passage->refuse();
  return std::make_unique<PassThroughReader>(std::move(passage), prefix_bytes);
}

}  // namespace larder::cache
