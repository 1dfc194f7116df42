#include "daemon/auth/aws/sts.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/aws/signed_call.h"
#include "daemon/auth/aws/sts_xml.h"
#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::aws {

namespace {

constexpr std::string_view kAssumeRole = "AssumeRole";
constexpr std::string_view kAssumeRoleWithWebIdentity = "AssumeRoleWithWebIdentity";

constexpr std::size_t kArnBytesMin = 20;
constexpr std::size_t kArnBytesMax = 2048;

bool is_session_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return http::is_alnum(c) ||
                  std::string_view("_+=,.@-").find(c) != std::string_view::npos;
         });
}

bool is_arn(std::string_view arn) {
  return arn.size() >= kArnBytesMin && arn.size() <= kArnBytesMax && arn.starts_with("arn:") &&
         std::all_of(arn.begin(), arn.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void add(std::string& form, std::string_view name, std::string_view value) {
  form.append("&").append(name).append("=").append(http::percent_encoded(value));
}

}  // namespace

Status check_role(const Role& role) {
  using namespace std::chrono_literals;
  if (!is_arn(role.arn)) return Error{Errc::invalid, "the role is no ARN"};
  if (!role.session_name.empty() && !is_session_name(role.session_name)) {
    return Error{Errc::invalid, "the role session name is not 2 to 64 letters, digits and _+=,.@-"};
  }
  if (role.duration && (*role.duration < 15min || *role.duration > 12h)) {
    return Error{Errc::invalid, "the role's duration is not 900 to 43200 seconds"};
  }
  return {};
}

Sts::Sts(http::Client& client, const Clock& clock, StsEndpoint endpoint)
    : client_(client), clock_(clock), endpoint_(std::move(endpoint)) {}

Result<Keys> Sts::assume_role(const Role& role, const Keys& signer, const Patience& patience) {
  if (const auto usable = check_role(role); !usable) return usable.error();
  auto asked = request(kAssumeRole, role);
  if (!role.external_id.empty()) add(asked.body, "ExternalId", role.external_id);
  return understand(signed_call(client_, std::move(asked), signer, {endpoint_.region, "sts"},
                                clock_, patience, parse_xml_error),
                    kAssumeRole);
}

Result<Keys> Sts::assume_role_with_web_identity(const Role& role, const std::string& token,
                                                const Patience& patience) {
  if (const auto usable = check_role(role); !usable) return usable.error();
  auto asked = request(kAssumeRoleWithWebIdentity, role);
  add(asked.body, "WebIdentityToken", token);
  asked.deadline = patience.deadline;
  return understand(http::send_buffered(client_, asked, kServiceAnswerBytesMax, patience.stop),
                    kAssumeRoleWithWebIdentity);
}

http::ClientRequest Sts::request(std::string_view action, const Role& role) const {
  http::ClientRequest request;
  request.method = "POST";
  request.url = endpoint_.url;
  request.reach = endpoint_.reach;
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = "Action=" + std::string(action) + "&Version=2011-06-15";
  add(request.body, "RoleArn", role.arn);
  add(request.body, "RoleSessionName",
      role.session_name.empty() ? kSessionNameDefault : std::string_view(role.session_name));
  if (role.duration) add(request.body, "DurationSeconds", std::to_string(role.duration->count()));
  return request;
}

Result<Keys> Sts::understand(const Result<http::BufferedResponse>& answer,
                             std::string_view action) const {
  if (!answer) return in_context("STS", answer.error());
  const int status = answer->head.status;
  if (status != 200) return to_error("STS", endpoint_.url, status, parse_xml_error(answer->body));
  auto keys = parse_sts_keys(answer->body, action);
  if (keys) return keys;
  return Error{Errc::upstream_down,
               "STS " + endpoint_.url.authority() + ": " + keys.error().context};
}

}  // namespace larder::aws
