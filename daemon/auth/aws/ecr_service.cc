#include "daemon/auth/aws/ecr_service.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/auth/aws/ecr_host.h"
#include "daemon/auth/aws/endpoints.h"
#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"

namespace larder::aws {

namespace {

using nlohmann::json;

constexpr std::string_view kPrivate = "AmazonEC2ContainerRegistry_V20150921.";
constexpr std::string_view kPublic = "SpencerFrontendService.";
constexpr std::string_view kOperation = "GetAuthorizationToken";
constexpr std::size_t kBodyBytesMax = 64 * 1024;
constexpr std::size_t kAccountsMax = 10;

ParsedEcrQuestion refused(std::string code, std::string message) {
  return {std::nullopt, {std::move(code), std::move(message)}};
}

bool is_account(const json& value) {
  return value.is_string() && aws::is_account(value.get_ref<const std::string&>());
}

ParsedEcrQuestion read_accounts(const json& body, EcrQuestion question) {
  const auto found = body.find("registryIds");
  if (question.is_public || found == body.end() || found->is_null()) {
    return {std::move(question), {}};
  }
  const bool fits = found->is_array() && found->size() <= kAccountsMax &&
                    std::all_of(found->begin(), found->end(), is_account);
  if (!fits) return refused("InvalidParameterException", "registryIds are accounts of 12 digits");
  for (const auto& account : *found) question.accounts.push_back(account.get<std::string>());
  return {std::move(question), {}};
}

http::Response json_reply(int status, const json& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/x-amz-json-1.1");
  response.headers.add("Cache-Control", "no-store");
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return response;
}

}  // namespace

bool is_service_call(const http::Request& request) {
  return request.method == "POST" && request.target == "/" &&
         request.headers.find("X-Amz-Target").has_value();
}

ParsedEcrQuestion parse_ecr_question(const http::Request& request) {
  auto target = request.headers.find("X-Amz-Target").value_or("");
  EcrQuestion question;
  question.is_public = target.starts_with(kPublic);
  const bool is_known = question.is_public || target.starts_with(kPrivate);
  target.remove_prefix(is_known ? (question.is_public ? kPublic : kPrivate).size() : 0);
  if (!is_known || target != kOperation) {
    return refused("UnknownOperationException", "only GetAuthorizationToken is offered here");
  }
  const std::string_view text = request.body.empty() ? "{}" : std::string_view(request.body);
  const auto body = auth::parse_bounded_json(text, kBodyBytesMax);
  if (!body.is_object()) return refused("SerializationException", "the body is no JSON object");
  return read_accounts(body, std::move(question));
}

http::Response ecr_token_reply(const EcrQuestion& question, const EcrToken& token,
                               const std::string& own, const std::string& region) {
  json data{{"authorizationToken", auth::base64("AWS:" + token.token)},
            {"expiresAt",
             std::chrono::floor<std::chrono::seconds>(token.expires).time_since_epoch().count()}};
  json list = json::array();
  for (const auto& account : question.accounts) {
    const auto registry = ecr_registry(account, region);
    data["proxyEndpoint"] = registry.ok() ? *registry : own;
    list.push_back(data);
  }
  if (!question.is_public && list.empty()) {
    data["proxyEndpoint"] = own;
    list.push_back(data);
  }
  auto response =
      json_reply(200, {{"authorizationData", question.is_public ? data : std::move(list)}});
  response.headers.add("x-amzn-RequestId", token.id);
  return response;
}

http::Response service_refusal(const ServiceError& error) {
  auto response = json_reply(error.code == "ServerException" ? 500 : 400,
                             {{"__type", error.code}, {"message", error.message}});
  response.headers.add("x-amzn-ErrorType", error.code);
  return response;
}

}  // namespace larder::aws
