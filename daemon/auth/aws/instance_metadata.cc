#include "daemon/auth/aws/instance_metadata.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/auth/aws/keys_json.h"
#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::aws {

namespace {

constexpr std::string_view kTokenPath = "/latest/api/token";
constexpr std::string_view kRolesPath = "/latest/meta-data/iam/security-credentials/";

// Long enough for the two questions that follow.
constexpr std::string_view kSessionSeconds = "60";
constexpr std::size_t kWordBytesMax = 1024;

int number_of(const Environment& environment, const char* name, int usual, int most) {
  const std::string text = variable(environment, name);
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc() && end == text.data() + text.size() && number > 0;
  return is_number ? std::min(number, most) : usual;
}

// The first line, if it can be sent back in a header or a path.
std::string first_word(std::string_view body) {
  const auto word = http::trim(body.substr(0, body.find_first_of("\r\n")));
  const bool printable =
      std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return printable && word.size() <= kWordBytesMax ? std::string(word) : std::string();
}

// One round of questions: a session token, then what it opens.
class Session {
 public:
  Session(http::Client& client, const Clock& clock, MetadataSettings settings,
          const Patience& patience)
      : client_(client), clock_(clock), settings_(std::move(settings)), patience_(patience) {}

  Status begin() {
    auto request = to(kTokenPath);
    request.method = "PUT";
    request.headers.add("X-aws-ec2-metadata-token-ttl-seconds", std::string(kSessionSeconds));
    const auto answer = send(std::move(request));
    if (!answer) return answer.error();
    if (answer->head.status != 200) return refusal("the session", answer->head.status);
    token_ = first_word(answer->body);
    if (!token_.empty()) return {};
    return Error{Errc::upstream_down, host() + " gives no session token"};
  }

  // A session that is over is begun anew, once.
  Result<http::BufferedResponse> get(const std::string& path) {
    auto answer = get_once(path);
    if (!answer || answer->head.status != 401) return answer;
    if (const auto begun = begin(); !begun) return begun.error();
    return get_once(path);
  }

  Error refusal(std::string_view what, int status) const {
    const bool refused = status >= 400 && status < 500;
    return {refused ? Errc::denied : Errc::upstream_down,
            host() + " answers " + std::string(what) + " with HTTP " + std::to_string(status)};
  }

  std::string host() const { return settings_.url.authority(); }

 private:
  http::ClientRequest to(std::string_view path) const {
    http::ClientRequest request;
    request.url = settings_.url;
    request.url.target = path;
    request.reach = http::Reach::anywhere;
    return request;
  }

  Result<http::BufferedResponse> get_once(const std::string& path) {
    auto request = to(path);
    request.headers.add("X-aws-ec2-metadata-token", token_);
    return send(std::move(request));
  }

  Result<http::BufferedResponse> send(http::ClientRequest request) {
    for (int attempt = 1;; ++attempt) {
      request.deadline = std::min(patience_.deadline, clock_.now() + settings_.answer_limit);
      auto answer = http::send_buffered(client_, request, kKeysJsonBytesMax, patience_.stop);
      const bool is_over =
          answer || answer.error().code == Errc::cancelled || clock_.now() >= patience_.deadline;
      if (is_over || attempt >= settings_.attempts_max) return answer;
    }
  }

  http::Client& client_;
  const Clock& clock_;
  const MetadataSettings settings_;
  const Patience& patience_;
  std::string token_;
};

Result<Answer> keys_of_role(Session& session) {
  const auto roles = session.get(std::string(kRolesPath));
  if (!roles) return roles.error();
  if (roles->head.status == 404) return Answer::not_configured("the instance has no role");
  if (roles->head.status != 200) return session.refusal("the role", roles->head.status);
  const std::string role = first_word(roles->body);
  if (role.empty()) return Error{Errc::upstream_down, session.host() + " names no role"};
  const auto answer = session.get(std::string(kRolesPath) + http::percent_encoded(role));
  if (!answer) return answer.error();
  if (answer->head.status != 200) return session.refusal("the keys", answer->head.status);
  auto keys = parse_metadata_keys(answer->body);
  if (!keys) return in_context(session.host(), keys.error());
  return Answer::of(std::move(*keys), "instance metadata, role " + role);
}

}  // namespace

Result<MetadataSettings> metadata_settings(const Environment& environment) {
  const bool is_v6 = http::equals_ignoring_case(
      variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "IPv6");
  std::string endpoint = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) endpoint = is_v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  auto url = http::Url::parse(endpoint);
  if (!url) return in_context("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.error());
  MetadataSettings settings;
  settings.url = std::move(*url);
  settings.answer_limit =
      std::chrono::seconds(number_of(environment, "AWS_METADATA_SERVICE_TIMEOUT", 1, 10));
  settings.attempts_max = number_of(environment, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 5);
  return settings;
}

InstanceKeys::InstanceKeys(http::Client& client, const Clock& clock, Environment environment,
                           std::optional<http::Url> url)
    : client_(client), clock_(clock), environment_(std::move(environment)), url_(std::move(url)) {}

Result<Answer> InstanceKeys::keys(const Patience& patience) {
  if (http::equals_ignoring_case(variable(environment_, "AWS_EC2_METADATA_DISABLED"), "true")) {
    return Answer::not_configured("AWS_EC2_METADATA_DISABLED is true");
  }
  auto settings = metadata_settings(environment_);
  if (url_ && settings) settings->url = *url_;
  if (!settings) return settings.error();
  Session session(client_, clock_, std::move(*settings), patience);
  if (const auto begun = session.begin(); !begun) return begun.error();
  return keys_of_role(session);
}

}  // namespace larder::aws
