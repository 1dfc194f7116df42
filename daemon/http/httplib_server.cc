#include "daemon/http/httplib_server.h"

#include <httplib.h>

#include <array>
#include <ctime>
#include <exception>
#include <utility>

#include "daemon/http/answer.h"

namespace larder::http {

namespace {

// The library's view of a connection: it reads our request line and writes the answer.
class AnswerStream final : public httplib::Stream {
 public:
  explicit AnswerStream(Answer& answer)
      : answer_(answer),
        request_(answer.is_to_head() ? "HEAD / HTTP/1.1\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n") {}

  bool is_readable() const override { return !request_.empty(); }
  bool is_writable() const override { return answer_.can_go_on(); }

  ssize_t read(char* bytes, std::size_t size) override {
    const auto count = request_.copy(bytes, size);
    request_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  // All of it or -1, so that the library never does arithmetic on the pointer of a staged piece.
  ssize_t write(const char* bytes, std::size_t size) override {
    return write_all({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // The library refuses descriptors select(2) could not hold; it gets one that is never used.
  socket_t socket() const override { return 0; }

 private:
  bool write_all(std::string_view bytes) {
    if (answer_.staged_bytes() > 0) return answer_.send_staged();
    if (std::exchange(head_written_, true)) return answer_.write(bytes);
    return answer_.write_head(bytes);
  }

  Answer& answer_;
  std::string_view request_;
  bool head_written_ = false;
};

std::string format_date(std::time_t time) {
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text.data();
}

}  // namespace

class HttplibServer::Library final : private httplib::Server {
 public:
  explicit Library(const std::atomic<bool>& draining) : draining_(draining) {
    svr_sock_ = 0;  // no socket of ours: any valid number lets the library send bodies
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      answer_->ask_handler();
      set_body(response);
      return HandlerResponse::Handled;
    });
    set_post_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      set_fields(response.headers);
    });
  }

  // Whether the head said that the connection ends.
  bool write(Answer& answer, bool close) {
    answer_ = &answer;
    close_ = close;
    try {
      AnswerStream stream(answer);
      bool ignored = false;
      process_request(stream, /*close_connection=*/true, ignored, nullptr);
    } catch (const std::exception& failure) {
      answer.fail(failure.what());
    } catch (...) {
      answer.fail("an unknown exception");
    }
    return close_;
  }

 private:
  void set_body(httplib::Response& response) {
    response.status = answer_->status();
    if (answer_->body_bytes() == 0) return;
    if (auto bytes = answer_->take_bytes()) {
      response.body = std::move(*bytes);
      return;
    }
    response.set_content_provider(
        answer_->body_bytes(), "",
        [this](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
          constexpr const char* kStaged = "";  // stands for the piece, which need not be in memory
          return answer_->stage(offset, length) && sink.write(kStaged, answer_->staged_bytes());
        });
  }

  void set_fields(httplib::Headers& fields) {
    close_ = close_ || draining_;
    fields.clear();
    const auto ours = answer_->fields(date(), close_);
    for (const auto& [name, value] : ours.fields()) fields.emplace(name, value);
  }

  const std::string& date() {
    const auto now = std::time(nullptr);
    if (now != std::exchange(date_second_, now)) date_ = format_date(now);
    return date_;
  }

  const std::atomic<bool>& draining_;
  Answer* answer_ = nullptr;  // while write() runs
  bool close_ = false;
  std::time_t date_second_ = 0;
  std::string date_;
};

HttplibServer::HttplibServer(Handler& handler, std::string listener,
                             const std::atomic<bool>& draining)
    : handler_(handler),
      listener_(std::move(listener)),
      library_(std::make_unique<Library>(draining)) {}

HttplibServer::~HttplibServer() = default;

HttplibServer::Outcome HttplibServer::answer(Connection& connection, RequestHead head,
                                             std::string body, MonoTime head_received, bool close) {
  const auto* tls = connection.wire().tls();
  Request request{std::move(head.method),
                  std::move(head.target),
                  std::move(head.headers),
                  connection.peer(),
                  listener_,
                  std::move(body),
                  tls == nullptr ? nullptr : tls->peer(),
                  connection.proxy()};
  Answer answer(handler_, connection, std::move(request), head_received);
  const bool said_close = library_->write(answer, close);
  switch (answer.finish()) {
    case Answer::Outcome::whole:
      return said_close ? Outcome::close : Outcome::keep;
    case Answer::Outcome::replaced:
      return Outcome::close;
    case Answer::Outcome::cut:
      return Outcome::cut;
  }
  return Outcome::cut;
}

}  // namespace larder::http
