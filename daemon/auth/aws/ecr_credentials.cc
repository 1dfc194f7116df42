#include "daemon/auth/aws/ecr_credentials.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/auth/aws/ecr_answer.h"
#include "daemon/auth/aws/signed_call.h"
#include "daemon/auth/aws/sts_xml.h"

namespace larder::aws {

namespace {

constexpr std::chrono::seconds kExchangeLimit{10};

// JSON; moto, and some of what stands in front of AWS, answers in XML.
ServiceError parse_error(std::string_view body) {
  auto error = parse_json_error(body);
  return error.code.empty() ? parse_xml_error(body) : error;
}

Result<std::vector<auth::Credential>> understand(const Result<http::BufferedResponse>& answer,
                                                 const EcrTarget& target) {
  const std::string_view service = target.is_public() ? "ECR Public" : "ECR";
  if (!answer) return in_context(service, answer.error());
  const int status = answer->head.status;
  if (status != 200) return to_error(service, target.url, status, parse_error(answer->body));
  auto credential = parse_authorization(answer->body);
  if (credential) return std::vector{std::move(*credential)};
  return Error{Errc::upstream_down, std::string(service) + " " + target.url.authority() + ": " +
                                        credential.error().context};
}

}  // namespace

EcrCredentials::EcrCredentials(EcrOptions options, AwsTools tools)
    : options_(std::move(options)), tools_(std::move(tools)) {}

Result<std::vector<auth::Credential>> EcrCredentials::credentials(
    const auth::CredentialQuestion& question) {
  const auto target = ecr_target(question.host, options_.region, options_.api);
  if (!target) return target.error();
  const MonoTime limit = tools_.clock.now() + kExchangeLimit;
  const Patience patience{std::min(question.deadline.value_or(limit), limit), question.stop};
  const auto keys = find_keys(*target, patience);
  if (!keys) return keys.error();
  remember(keys->told());
  auto credentials =
      understand(signed_call(tools_.services, authorization_request(*target), keys->keys(),
                             target->scope, tools_.clock, patience, parse_error),
                 *target);
  if (!credentials) return in_context("with the keys of " + keys->told(), credentials.error());
  return credentials;
}

std::string EcrCredentials::key_source() const {
  MutexLock lock(mutex_);
  return key_source_;
}

Result<Answer> EcrCredentials::find_keys(const EcrTarget& target, const Patience& patience) {
  const StsLocator locator{tools_.environment, options_.sts, target.scope.region, target.variant};
  auto chain =
      make_chain(options_.keys, {tools_.services, tools_.local, tools_.clock, locator, tools_.run});
  auto answer = chain.keys(patience);
  if (!answer || !options_.role) return answer;
  return assume(*options_.role, *answer, locator, patience);
}

Result<Answer> EcrCredentials::assume(const Role& role, const Answer& answer,
                                      const StsLocator& locator, const Patience& patience) {
  auto endpoint = locator.find();
  if (!endpoint) return endpoint.error();
  Sts sts(tools_.services, tools_.clock, std::move(*endpoint));
  const std::string source = role.arn + " by " + answer.told();
  auto keys = sts.assume_role(role, answer.keys(), patience);
  if (!keys) return in_context(source, keys.error());
  return Answer::of(std::move(*keys), source);
}

void EcrCredentials::remember(const std::string& source) {
  MutexLock lock(mutex_);
  key_source_ = source;
}

}  // namespace larder::aws
