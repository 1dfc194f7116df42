#include "daemon/auth/aws/web_identity.h"

#include <utility>

#include "daemon/auth/aws/token_file.h"

namespace larder::aws {

Result<Keys> keys_for_token_file(const std::filesystem::path& token_file, const Role& role,
                                 Sts& sts, const Patience& patience) {
  const auto token = read_token_file(token_file);
  if (!token) return token.error();
  return sts.assume_role_with_web_identity(role, *token, patience);
}

WebIdentity::WebIdentity(http::Client& client, const Clock& clock, StsLocator locator)
    : client_(client), clock_(clock), locator_(std::move(locator)) {}

Result<Answer> WebIdentity::keys(const Patience& patience) {
  const auto& environment = locator_.environment;
  const std::string file = variable(environment, "AWS_WEB_IDENTITY_TOKEN_FILE");
  if (file.empty()) return Answer::not_configured("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  Role role;
  role.arn = variable(environment, "AWS_ROLE_ARN");
  role.session_name = variable(environment, "AWS_ROLE_SESSION_NAME");
  if (role.arn.empty()) {
    return Error{Errc::invalid, "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"};
  }
  auto endpoint = locator_.find();
  if (!endpoint) return endpoint.error();
  Sts sts(client_, clock_, std::move(*endpoint));
  auto keys = keys_for_token_file(file, role, sts, patience);
  if (!keys) return in_context(role.arn, keys.error());
  return Answer::of(std::move(*keys), "web identity, " + role.arn);
}

}  // namespace larder::aws
