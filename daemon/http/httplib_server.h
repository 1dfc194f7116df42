// Answers requests on a connection with cpp-httplib, the library that writes status line, fields
// and body.
//
// The library is given a request line of our own making and nothing else: every head was parsed and
// validated by head.h, and what the library would do with the client's fields (percent-decoding,
// regular expressions for ranges, compression, reading bodies) cannot happen. What it would add to
// an answer by itself is replaced by exactly our fields.
//
// Thread-safety: one thread at a time. Blocks: as Handler, Body and Connection.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "cache/base/clock.h"
#include "daemon/http/connection.h"
#include "daemon/http/head.h"
#include "daemon/http/message.h"

namespace larder::http {

class HttplibServer {
 public:
  // `listener` is the listener's name. Answers whose head is written while `draining` is set say
  // that the connection ends. Both references must outlive the server.
  HttplibServer(Handler& handler, std::string listener, const std::atomic<bool>& draining);
  ~HttplibServer();

  enum class Outcome {
    keep,   // the connection can carry another answer
    close,  // the answer was sent whole and said that the connection ends
    cut,    // the answer was not sent whole; the peer sees the end before its time
  };
  // Answers one request with the body that was read, whose head's last byte came at
  // `head_received`, and tells the handler when it has finished. `close`: the answer says that the
  // connection ends.
  Outcome answer(Connection& connection, RequestHead head, std::string body, MonoTime head_received,
                 bool close);

 private:
  class Library;

  Handler& handler_;
  const std::string listener_;
  const std::unique_ptr<Library> library_;
};

}  // namespace larder::http
