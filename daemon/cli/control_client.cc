#include "daemon/cli/control_client.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/cli/config_command.h"
#include "daemon/cli/output.h"

namespace larder::cli {

namespace {

constexpr std::size_t kAnswerBytesMax = 64 << 20;  // of 100,000 pins with long reasons

Errc code_of(int status) {
  switch (status) {
    case 400:
    case 405:
      return Errc::invalid;
    case 404:
      return Errc::not_found;
    case 409:
      return Errc::busy;
    default:
      return Errc::io;
  }
}

// The URL's host means nothing on a socket; the client names it all the same.
constexpr char kHost[] = "larder";

std::string without_host(const std::string& message) {
  const std::string prefix = std::string(kHost) + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

// {"error": "..."}, or whatever came instead; it may repeat what somebody else wrote.
std::string message_of(const http::BufferedResponse& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("error") && json["error"].is_string()) {
    return printable(json["error"].get<std::string>());
  }
  return "the daemon answered with status " + std::to_string(answer.head.status);
}

Result<std::string> find_socket(const ControlPlace& place) {
  if (!place.socket.empty()) return place.socket;
  const auto found = find_config(place.config_file);
  if (!found.ok()) return found.error();
  return found->config.control.socket.string();
}

}  // namespace

Result<ControlClient> ControlClient::open(const ControlPlace& place) {
  auto socket = find_socket(place);
  if (!socket.ok()) return socket.error();
  http::ClientOptions options;
  options.unix_socket = *socket;
  options.timeouts = {kControlDeadline, kControlDeadline, kControlDeadline};
  auto client = http::Client::create(std::move(options));
  if (!client.ok()) return client.error();
  return ControlClient(*std::move(socket), *std::move(client));
}

Result<std::string> ControlClient::ask(const std::string& method, const std::string& target,
                                       const std::string& body) {
  http::ClientRequest request;
  request.method = method;
  request.url = {"http", kHost, 80, target};
  request.reach = http::Reach::anywhere;
  request.body = body;
  request.deadline = std::chrono::steady_clock::now() + kControlDeadline;
  auto answer = http::send_buffered(*client_, request, kAnswerBytesMax, {});
  if (!answer.ok()) {
    return Error{Errc::upstream_down, "is larder serve running? looked at " + socket_ + ": " +
                                          without_host(answer.error().context)};
  }
  const int status = answer->head.status;
  if (status < 200 || status > 299) return Error{code_of(status), message_of(*answer)};
  return std::move(answer->body);
}

}  // namespace larder::cli
