// The answer to a request for a document: its bytes, up to a bound.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "daemon/http/client.h"
#include "daemon/upstream/refused_status.h"

namespace larder::upstream {

// Keeps a 200 answer; of any other, the head alone.
class DocumentResponse final : public http::ResponseSink {
 public:
  explicit DocumentResponse(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  bool head(const http::ResponseHead& head) override {
    head_ = head;
    return head.status == 200;
  }
  bool body(std::span<const std::byte> bytes) override {
    too_large_ = bytes.size() > bytes_max_ - bytes_.size();
    if (!too_large_) bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return !too_large_;
  }

  // Requires: send() has returned `sent`.
  Status finish(Status sent) const {
    if (too_large_) {
      return Error{Errc::upstream_down,
                   "the answer is larger than " + std::to_string(bytes_max_) + " bytes"};
    }
    if (!sent) return sent;
    return head_.status == 200 ? Status() : Status(refused_status(head_.status));
  }

  int status() const { return head_.status; }  // 0: there was none
  const http::ResponseHead& head() const { return head_; }
  const std::string& bytes() const { return bytes_; }
  std::string take_bytes() { return std::move(bytes_); }

 private:
  const std::size_t bytes_max_;
  http::ResponseHead head_;
  std::string bytes_;
  bool too_large_ = false;
};

}  // namespace larder::upstream
