// An http::Client without a network: it answers as a test says and remembers what it was asked.
//
// Thread-safety: any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/http/client.h"

namespace larder::testing {

struct FakeAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  bool tells_length = true;
  std::optional<Error> error{};  // instead of a response, or after the body with `error_after_body`
  bool error_after_body = false;
};

class FakeClient final : public http::Client {
 public:
  using Answering = std::function<FakeAnswer(const http::ClientRequest&)>;

  explicit FakeClient(Answering answering) : answering_(std::move(answering)) {}
  // The answers in turn; the last one for ever.
  explicit FakeClient(std::vector<FakeAnswer> answers)
      : answering_([this, answers = std::move(answers)](const http::ClientRequest&) {
          return answers[std::min(count() - 1, answers.size() - 1)];
        }) {}

  Status send(const http::ClientRequest& request, http::ResponseSink& sink,
              std::stop_token stop) override {
    {
      MutexLock lock(mutex_);
      requests_.push_back(request);
    }
    if (stop.stop_requested()) return Error{Errc::cancelled, "stopped"};
    const auto answer = answering_(request);
    if (answer.error && !answer.error_after_body) return *answer.error;
    return give(answer, request.method == "HEAD", sink);
  }

  std::vector<http::ClientRequest> requests() const {
    MutexLock lock(mutex_);
    return requests_;
  }
  std::size_t count() const {
    MutexLock lock(mutex_);
    return requests_.size();
  }
  // "GET https://h/path", in order.
  std::vector<std::string> urls() const {
    std::vector<std::string> urls;
    for (const auto& one : requests()) urls.push_back(one.method + " " + one.url.str());
    return urls;
  }
  // The Authorization of each request; "(none)" where it has none.
  std::vector<std::string> authorizations() const {
    std::vector<std::string> values;
    for (const auto& one : requests()) {
      values.emplace_back(one.headers.find("Authorization").value_or("(none)"));
    }
    return values;
  }

 private:
  static Status give(const FakeAnswer& answer, bool head_only, http::ResponseSink& sink) {
    http::ResponseHead head;
    head.status = answer.status;
    for (const auto& [name, value] : answer.headers) head.headers.add(name, value);
    if (answer.tells_length) head.content_length = answer.body.size();
    if (!sink.head(head)) return {};
    const auto bytes = std::as_bytes(std::span(answer.body));
    if (!head_only && !bytes.empty() && !sink.body(bytes)) {
      return Error{Errc::cancelled, "the receiver wants no more"};
    }
    return answer.error ? Status(*answer.error) : Status();
  }

  const Answering answering_;
  mutable Mutex mutex_;
  std::vector<http::ClientRequest> requests_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
