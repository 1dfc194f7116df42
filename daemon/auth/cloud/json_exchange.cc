#include "daemon/auth/cloud/json_exchange.h"

#include <algorithm>
#include <chrono>

#include "daemon/auth/bounded_json.h"
#include "daemon/http/query.h"

namespace larder::auth {

namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kTokenBytesMax = 32 * 1024;
constexpr std::chrono::seconds kExchangeLimitDefault{10};

// 404 and 410 are what metadata services say while they are updated.
bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 404 && status != 408 && status != 410 &&
         status != 429;
}

// "invalid_client": of RFC 6749's error answer the one word that is no prose.
std::string oauth_error(const std::string& body) {
  const auto word = string_at(parse_bounded_json(body, kAnswerBytesMax), "error");
  const bool is_word = !word.empty() && word.size() <= 64 && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
  return is_word ? ", " + word : std::string();
}

}  // namespace

Result<JsonAnswer> ask_for_json(http::Client& client, http::ClientRequest request,
                                const CredentialQuestion& question, const Clock& clock) {
  const MonoTime limit = clock.now() + kExchangeLimitDefault;
  request.deadline = question.deadline.value_or(limit);
  request.headers.set("Accept", "application/json");
  const std::string who = request.url.authority();
  auto answer = http::send_buffered(client, request, kAnswerBytesMax, question.stop);
  if (!answer) return answer.error();
  if (answer->head.status != 200) {
    return Error{
        is_refusal(answer->head.status) ? Errc::denied : Errc::upstream_down,
        who + ": status " + std::to_string(answer->head.status) + oauth_error(answer->body)};
  }
  auto document = parse_bounded_json(answer->body, kAnswerBytesMax);
  if (!document.is_object()) return Error{Errc::upstream_down, who + ": no JSON object"};
  return JsonAnswer{std::move(answer->head), std::move(document)};
}

Result<http::Url> url_below(const std::string& base, std::string_view path_and_query) {
  auto url = http::Url::parse(base);
  if (!url) return url.error();
  if (url->target.find('?') != std::string::npos) {
    return Error{Errc::invalid, url->authority() + ": a URL with a query"};
  }
  if (url->target.ends_with('/')) url->target.pop_back();
  url->target += path_and_query;
  return url;
}

http::ClientRequest form_request(http::Url url,
                                 const std::vector<std::pair<std::string, std::string>>& fields) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  for (const auto& [name, value] : fields) {
    if (!request.body.empty()) request.body += '&';
    request.body.append(name).append(1, '=').append(http::percent_encoded(value));
  }
  return request;
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kTokenBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace larder::auth
