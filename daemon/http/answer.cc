#include "daemon/http/answer.h"

#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <stdexcept>
#include <utility>

#include "cache/files.h"
#include "daemon/http/ascii.h"
#include "daemon/http/head.h"
#include "daemon/http/head_fields.h"
#include "daemon/http/refusal.h"

namespace larder::http {

namespace {

constexpr std::size_t kCopyBytes = 256 * 1024;  // per read of a file that has no descriptor
constexpr int kStatusMin = 200;
constexpr int kStatusMax = 599;

bool is_ours_to_set(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"Content-Length", "Date", "Connection",
                                                   "Keep-Alive", "Transfer-Encoding"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](auto ours) { return equals_ignoring_case(ours, name); });
}

// A field that could end its line would let its origin write the rest of the answer.
bool is_safe_field(std::string_view name, std::string_view value) {
  return is_token(name) && std::none_of(value.begin(), value.end(),
                                        [](char c) { return is_control(c) && c != '\t'; });
}

bool never_has_body(int status) {
  return status == 204 || status == 304;
}

std::uint64_t size_of_body(const Response& response) {
  if (const auto* bytes = std::get_if<std::string>(&response.body)) return bytes->size();
  const auto& body = std::get<std::unique_ptr<Body>>(response.body);
  return body ? body->size_bytes() : 0;
}

std::string what(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an unknown exception";
  }
}

std::chrono::microseconds between(MonoTime begin, MonoTime end) {
  return std::chrono::duration_cast<std::chrono::microseconds>(end - begin);
}

}  // namespace

Answer::Answer(Handler& handler, Connection& connection, Request request, MonoTime head_received)
    : handler_(handler),
      connection_(connection),
      request_(std::move(request)),
      head_received_(head_received) {
  connection_.begin_answer();
}

void Answer::ask_handler() {
  asked_ = true;
  try {
    response_ = handler_.handle(request_);
    content_length_ = size_of_body(response_);
    if (response_.status < kStatusMin || response_.status > kStatusMax) {
      throw std::out_of_range("status " + std::to_string(response_.status));
    }
  } catch (...) {
    failure_ = what(std::current_exception());
    response_ = refusal_response(Refusal::failed);
    content_length_ = size_of_body(response_);
  }
  const bool has_body = !is_to_head() && !never_has_body(status());
  body_bytes_ = has_body ? content_length_ : 0;
  if (!has_body) content_length_ = response_.content_length.value_or(content_length_);
}

Headers Answer::fields(const std::string& date, bool close) const {
  Headers fields;
  for (const auto& [name, value] : response_.headers.fields()) {
    if (!is_ours_to_set(name) && is_safe_field(name, value)) fields.add(name, value);
  }
  fields.add("Date", date);
  if (close) fields.add("Connection", "close");
  if (!never_has_body(status())) fields.add("Content-Length", std::to_string(content_length_));
  return fields;
}

std::optional<std::string> Answer::take_bytes() {
  auto* bytes = std::get_if<std::string>(&response_.body);
  return bytes == nullptr ? std::nullopt : std::optional(std::move(*bytes));
}

bool Answer::write_head(std::string_view head) {
  head_bytes_ = head.size();
  return write(head);
}

bool Answer::write(std::string_view bytes) {
  return can_go_on() && note(connection_.write(bytes));
}

bool Answer::stage(std::uint64_t offset, std::uint64_t length_max) {
  auto piece = read_piece(offset, length_max);
  if (!piece) {
    end(describe(piece.error()), /*by_the_body=*/true);
    return false;
  }
  CHECK(piece->size_bytes > 0 && piece->size_bytes <= length_max);
  staged_ = *piece;
  return true;
}

bool Answer::send_staged() {
  CHECK(staged_.has_value());
  return can_go_on() && note(send(*std::exchange(staged_, std::nullopt)));
}

void Answer::fail(std::string why) {
  end(std::move(why), /*by_the_body=*/true);
}

Answer::Outcome Answer::finish() {
  const bool replaced = body_failed_ && connection_.sent_bytes() == 0;
  if (replaced) replace();
  if (replaced || can_go_on()) note(connection_.flush());
  const auto how = exchange();
  try {
    if (asked_) handler_.finished(request_, how);
  } catch (...) {  // the answer is over: there is nothing left that could be refused
  }
  if (!how.complete) return Outcome::cut;
  return replaced ? Outcome::replaced : Outcome::whole;
}

void Answer::end(std::string why, bool by_the_body) {
  ended_ = true;
  body_failed_ = body_failed_ || by_the_body;
  failure_ = std::move(why);
}

bool Answer::note(const Status& sent) {
  if (!sent) end(sent.error().context, /*by_the_body=*/false);
  return sent.ok();
}

Result<cache::Piece> Answer::read_piece(std::uint64_t offset, std::uint64_t length_max) {
  auto piece = std::get<std::unique_ptr<Body>>(response_.body)->read(offset, length_max);
  if (!piece || piece->file == nullptr || piece->file->descriptor() >= 0) return piece;

  buffer_.resize(kCopyBytes);
  const auto wanted = std::min<std::uint64_t>(piece->size_bytes, buffer_.size());
  auto count = piece->file->read_at(piece->file_offset,
                                    std::span(buffer_).first(static_cast<std::size_t>(wanted)));
  if (!count) return count.error();
  if (*count == 0) return Error{Errc::io, "the file ended before the body"};
  return cache::Piece{nullptr, 0, std::span(buffer_).first(*count), *count};
}

Status Answer::send(const cache::Piece& piece) {
  if (piece.file != nullptr) {
    return connection_.write_file(piece.file->descriptor(), piece.file_offset, piece.size_bytes);
  }
  const std::string_view bytes(reinterpret_cast<const char*>(piece.bytes.data()),
                               static_cast<std::size_t>(piece.size_bytes));
  if (auto written = connection_.write(bytes); !written) return written;
  return connection_.flush();  // the next piece may be long in coming
}

// Nothing has left yet: an honest error instead of a cut lets the peer ask elsewhere at once.
void Answer::replace() {
  connection_.drop_unsent();
  response_.status = 503;
  const auto bytes = refusal_bytes(Refusal::body_unavailable);
  head_bytes_ = find_head_end(bytes).value_or(0);
  body_bytes_ = bytes.size() - head_bytes_;
  note(connection_.write(bytes));
}

Exchange Answer::exchange() const {
  const auto sent = connection_.sent_bytes();
  const auto now = std::chrono::steady_clock::now();
  Exchange exchange;
  exchange.status = sent == 0 ? 0 : status();
  exchange.body_bytes_sent = sent - std::min(sent, head_bytes_);
  exchange.complete = sent > 0 && sent == head_bytes_ + body_bytes_;
  exchange.first_byte = between(head_received_, connection_.first_sent().value_or(now));
  exchange.total = between(head_received_, now);
  exchange.cache_status = response_.headers.find("Cache-Status").value_or("");
  exchange.failure = failure_;
  exchange.admission = response_.admission;
  return exchange;
}

}  // namespace larder::http
