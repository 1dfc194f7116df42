// A sink that keeps what it is given, and refuses what a test wants it to refuse.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/http/client.h"

namespace larder::testing {

class RecordingResponse final : public http::ResponseSink {
 public:
  bool wants_body = true;
  std::optional<std::size_t> body_bytes_wanted;  // once it has so many, it wants no more

  bool head(const http::ResponseHead& head) override {
    ++heads_;
    head_ = head;
    return wants_body;
  }
  bool body(std::span<const std::byte> bytes) override {
    largest_piece_ = std::max(largest_piece_, bytes.size());
    body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return !body_bytes_wanted || body_.size() < *body_bytes_wanted;
  }

  int heads() const { return heads_; }
  int status() const { return head_.status; }
  const http::ResponseHead& response() const { return head_; }
  std::string header(std::string_view name) const {
    return std::string(head_.headers.find(name).value_or("(none)"));
  }
  const std::string& bytes() const { return body_; }
  std::size_t largest_piece() const { return largest_piece_; }

 private:
  int heads_ = 0;
  http::ResponseHead head_;
  std::string body_;
  std::size_t largest_piece_ = 0;
};

}  // namespace larder::testing
