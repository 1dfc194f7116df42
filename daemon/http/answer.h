// One answer on its way: asks the handler, keeps count of what leaves, tells the handler how it
// went.
//
// In the order: ask_handler(), fields(), write_head(), then write() for bytes in memory or stage()
// and send_staged() until the body is whole, finish().
// Thread-safety: one thread at a time. Blocks: as Handler, Body and Connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/http/connection.h"
#include "daemon/http/message.h"

namespace larder::http {

class Answer {
 public:
  // `head_received`: when the last byte of the request's head came. Everything must outlive this.
  Answer(Handler& handler, Connection& connection, Request request, MonoTime head_received);
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  // An exception and an impossible status become a 500 with a fixed text.
  void ask_handler();

  bool is_to_head() const { return request_.is_head(); }
  int status() const { return response_.status; }
  // Everything between status line and empty line. What the server decides by itself is not taken
  // from the handler, and neither is a field that would end its line.
  Headers fields(const std::string& date, bool close) const;
  // That must follow the head.
  std::uint64_t body_bytes() const { return body_bytes_; }
  // The body, when it is in memory; nothing when it is produced while it is sent.
  std::optional<std::string> take_bytes();

  // Each of these is false when the answer cannot go on; nothing more is sent then.
  bool write_head(std::string_view head);
  bool write(std::string_view bytes);
  // Reads the next piece of the body, `offset` from its beginning. Its size is staged_bytes().
  bool stage(std::uint64_t offset, std::uint64_t length_max);
  std::uint64_t staged_bytes() const { return staged_ ? staged_->size_bytes : 0; }
  bool send_staged();

  // The body cannot be had: something threw.
  void fail(std::string why);
  bool can_go_on() const { return !ended_; }

  enum class Outcome {
    whole,     // every byte was handed to the kernel
    replaced,  // the body failed before anything had left: a 503 took its place
    cut,  // some is missing; the peer sees the end before its time when the connection is closed
  };
  // Sends what is left and tells the handler.
  Outcome finish();

 private:
  void end(std::string why, bool by_the_body);
  bool note(const Status& sent);
  Result<cache::Piece> read_piece(std::uint64_t offset, std::uint64_t length_max);
  Status send(const cache::Piece& piece);
  void replace();
  Exchange exchange() const;

  Handler& handler_;
  Connection& connection_;
  const Request request_;
  const MonoTime head_received_;

  Response response_;
  bool asked_ = false;
  std::uint64_t content_length_ = 0;  // as the head says
  std::uint64_t head_bytes_ = 0;      // of the answer's head, once written
  std::uint64_t body_bytes_ = 0;
  std::optional<cache::Piece> staged_;
  std::vector<std::byte> buffer_;  // for files without a descriptor
  std::string failure_;
  bool ended_ = false;
  bool body_failed_ = false;
};

}  // namespace larder::http
