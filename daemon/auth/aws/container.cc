#include "daemon/auth/aws/container.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "daemon/auth/aws/keys_json.h"
#include "daemon/auth/aws/token_file.h"

namespace larder::aws {

namespace {

constexpr std::string_view kEcsAgent = "http://169.254.170.2";
constexpr std::chrono::seconds kAnswerLimit{2};
constexpr int kAttemptsMax = 3;

bool is_loopback(const std::string& host) {
  in_addr address{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host == "localhost" || host == "::1" || (is_v4 && ntohl(address.s_addr) >> 24 == 127);
}

// The environment may come from somebody who can set a variable and nothing else: it must not lead
// the token anywhere in clear.
bool may_be_asked(const http::Url& url) {
  constexpr std::array<std::string_view, 3> kAgents{"169.254.170.2", "169.254.170.23",
                                                    "fd00:ec2::23"};
  return url.is_https() || is_loopback(url.host) ||
         std::find(kAgents.begin(), kAgents.end(), url.host) != kAgents.end();
}

Result<std::string> authorization(const Environment& environment) {
  const auto file = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) return read_token_file(file);
  return variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

bool may_ask_again(const Result<http::BufferedResponse>& answer) {
  if (answer) return answer->head.status >= 500;
  const auto code = answer.error().code;
  return code == Errc::timeout || code == Errc::upstream_down;
}

}  // namespace

Result<std::optional<http::Url>> container_url(const Environment& environment) {
  constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  const std::string relative = variable(environment, kRelative);
  const std::string full = variable(environment, kFull);
  if (relative.empty() && full.empty()) return std::optional<http::Url>();
  if (!relative.empty() && !relative.starts_with('/')) {
    return Error{Errc::invalid, std::string(kRelative) + " does not begin with /"};
  }
  const auto url =
      http::Url::parse(relative.empty() ? full : std::string(kEcsAgent).append(relative));
  if (!url) return in_context(relative.empty() ? kFull : kRelative, url.error());
  if (may_be_asked(*url)) return std::optional(*url);
  return Error{Errc::denied, std::string(kFull) + " is plain http to " + url->authority() +
                                 ", which is neither loopback nor an agent of ECS or EKS"};
}

ContainerKeys::ContainerKeys(http::Client& client, const Clock& clock, Environment environment,
                             std::optional<http::Url> url)
    : client_(client), clock_(clock), environment_(std::move(environment)), url_(std::move(url)) {}

Result<Answer> ContainerKeys::keys(const Patience& patience) {
  const auto url = url_ ? Result<std::optional<http::Url>>(url_) : container_url(environment_);
  if (!url) return url.error();
  if (!*url) return Answer::not_configured("AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
  auto asked = request(**url);
  if (!asked) return asked.error();
  const std::string host = asked->url.authority();
  const auto answer = ask(std::move(*asked), patience);
  if (!answer) return answer.error();
  const int status = answer->head.status;
  if (status != 200) {
    return Error{status >= 400 && status < 500 ? Errc::denied : Errc::upstream_down,
                 host + " answers HTTP " + std::to_string(status)};
  }
  auto keys = parse_metadata_keys(answer->body);
  if (!keys) return in_context(host, keys.error());
  return Answer::of(std::move(*keys), "container, " + host);
}

Result<http::ClientRequest> ContainerKeys::request(const http::Url& url) const {
  auto token = authorization(environment_);
  if (!token) return token.error();
  const bool has_break = token->find_first_of("\r\n") != std::string::npos;
  if (has_break)
    return Error{Errc::invalid, "the container's authorization token has a line break"};
  http::ClientRequest request;
  request.url = url;
  request.reach = http::Reach::anywhere;
  request.headers.add("Accept", "application/json");
  if (!token->empty()) request.headers.add("Authorization", *token);
  return request;
}

Result<http::BufferedResponse> ContainerKeys::ask(http::ClientRequest request,
                                                  const Patience& patience) {
  for (int attempt = 1;; ++attempt) {
    request.deadline = std::min(patience.deadline, clock_.now() + kAnswerLimit);
    auto answer = http::send_buffered(client_, request, kKeysJsonBytesMax, patience.stop);
    const bool has_time = clock_.now() < patience.deadline && !patience.stop.stop_requested();
    if (attempt == kAttemptsMax || !has_time || !may_ask_again(answer)) return answer;
  }
}

}  // namespace larder::aws
