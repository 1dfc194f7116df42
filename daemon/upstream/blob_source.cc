#include "daemon/upstream/blob_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cache/base/check.h"
#include "daemon/upstream/content_range.h"
#include "daemon/upstream/refused_status.h"

namespace larder::upstream {

namespace {

bool is_whole(const cache::ByteRange& range) {
  return range.begin == 0 && range.end == cache::kToTheEnd;
}

std::string range_header(const cache::ByteRange& range) {
  const auto header = "bytes=" + std::to_string(range.begin) + "-";
  return range.end == cache::kToTheEnd ? header : header + std::to_string(range.end - 1);
}

Error down(std::string why) {
  return {Errc::upstream_down, std::move(why)};
}

// Turns a response into what a flight's sink is told, and remembers why it stopped.
class BlobResponse final : public http::ResponseSink {
 public:
  // `has_given` is set once there are bytes.
  BlobResponse(const cache::ByteRange& asked, cache::SourceSink& sink, std::atomic<bool>& has_given)
      : asked_(asked), sink_(sink), has_given_(has_given) {}

  bool head(const http::ResponseHead& head) override {
    outcome_ = begin(head);
    return outcome_.ok();
  }

  bool body(std::span<const std::byte> bytes) override {
    sent_ += bytes.size();
    has_given_ = true;
    if (expected_ && sent_ > *expected_) {
      outcome_ = down("more bytes than the Content-Range says");
    } else if (!sink_.write(bytes)) {
      outcome_ = Error{Errc::cancelled, "the receiver wants no more"};
    }
    return outcome_.ok();
  }

  // Requires: send() has returned `sent`.
  Status finish(Status sent) const {
    if (!outcome_) return outcome_;
    if (!sent) return sent;
    if (expected_ && sent_ < *expected_)
      return down("short body: less than the Content-Range says");
    if (expected_ && !whole_answer_) return down("less than the range asked for");
    return {};
  }

 private:
  Status begin(const http::ResponseHead& head) {
    if (head.status == 200) return tell(0, head.content_length);
    if (head.status == 206) return begin_range(head);
    if (head.status == 416 && !is_whole(asked_)) return begin_beyond(head);
    return refused_status(head.status);
  }

  // The blob ends before the range begins: somebody told a wrong size before. The receiver must
  // hear of it, or the blob could never be had again.
  Status begin_beyond(const http::ResponseHead& head) {
    const auto told = parse_unsatisfied_range(head.headers.find("Content-Range").value_or(""));
    // Of a part that somebody asks for by himself nothing follows about the whole.
    if (!told && asked_.end != cache::kToTheEnd) return refused_status(head.status);
    const auto size_bytes = std::min(told.ok() ? *told : asked_.begin, asked_.begin);
    if (Status wanted = tell(asked_.begin, size_bytes); !wanted) return wanted;
    return refused_status(head.status);
  }

  Status begin_range(const http::ResponseHead& head) {
    if (is_whole(asked_)) return down("HTTP 206 without a range asked for");
    auto content = parse_content_range(head.headers.find("Content-Range").value_or(""));
    if (!content) return down(content.error().context);
    const auto& [range, size_bytes] = *content;
    if (range.begin > asked_.begin || range.end <= asked_.begin) {
      return down("another range than asked for");
    }
    if (head.content_length && *head.content_length != range.size_bytes()) {
      return down("Content-Length and Content-Range disagree");
    }
    expected_ = range.size_bytes();
    // Where the blob ends before the range does, the answer ends with the blob.
    const auto end = size_bytes ? std::min(asked_.end, *size_bytes) : asked_.end;
    whole_answer_ = range.end >= end || (!size_bytes && asked_.end == cache::kToTheEnd);
    return tell(range.begin, size_bytes);
  }

  Status tell(std::uint64_t offset, std::optional<std::uint64_t> size_bytes) {
    if (sink_.begin(offset, size_bytes)) return {};
    return Error{Errc::cancelled, "the receiver wants nothing"};
  }

  const cache::ByteRange asked_;
  cache::SourceSink& sink_;
  std::atomic<bool>& has_given_;
  Status outcome_;
  std::uint64_t sent_ = 0;
  std::optional<std::uint64_t> expected_;  // for a 206
  bool whole_answer_ = true;               // the 206 covers what was asked for
};

}  // namespace

BlobSource::BlobSource(std::shared_ptr<Endpoint> endpoint, std::string repository,
                       SourceLimits limits)
    : endpoint_(std::move(endpoint)), repository_(std::move(repository)), limits_(limits) {}

Status BlobSource::fetch(const cache::Digest& digest, cache::ByteRange range,
                         cache::SourceSink& sink, std::stop_token stop) {
  CHECK(range.begin < range.end);
  RegistryRequest request;
  request.deadline = limits_.deadline;
  request.first_byte = limits_.first_byte;
  request.as = limits_.as;
  request.path = "/v2/" + repository_ + "/blobs/" + digest.str();
  request.repository = repository_;
  request.purpose = has_given_ ? Purpose::resume : Purpose::blob;
  if (!is_whole(range)) request.headers.add("Range", range_header(range));
  BlobResponse response(range, sink, has_given_);
  auto fetched = response.finish(endpoint_->send(request, response, stop));
  if (fetched) return fetched;
  return in_context(name() + " blob " + digest.str(), fetched.error());
}

std::string BlobSource::name() const {
  return endpoint_->url().authority();
}

std::string BlobSource::identity() const {
  const std::string place = endpoint_->identity() + " " + repository_;
  return limits_.as == nullptr ? place : place + " as " + limits_.as->id;
}

}  // namespace larder::upstream
