#include "daemon/control/token_handler.h"

#include <vector>

#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/control/json_messages.h"
#include "daemon/log/line.h"

namespace larder::control {

namespace {

using Texts = Result<std::vector<std::string>>;

Texts texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end()) return texts;
  const Error not_texts{Errc::invalid, std::string(key) + " is to be a list of texts"};
  if (!found->is_array()) return not_texts;
  for (const Json& one : *found) {
    if (!one.is_string()) return not_texts;
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

Result<std::chrono::seconds> life_of(const Json& object) {
  const auto found = object.find("life_seconds");
  if (found == object.end()) return std::chrono::seconds(0);
  const Error not_a_life{Errc::invalid,
                         "a life is 1s to 24h: life_seconds from 1 to 86400, a whole number"};
  if (!found->is_number_unsigned()) return not_a_life;
  const auto life = found->get<std::uint64_t>();
  const std::uint64_t longest = std::chrono::seconds(access::LocalTokens::kLifeMax).count();
  if (life == 0 || life > longest) return not_a_life;
  return std::chrono::seconds(life);
}

Json answer_of(const access::OrderedToken& ordered) {
  const auto& token = ordered.token;
  return {{"token", token.token},
          {"id", token.id},
          {"listener", ordered.listener},
          {"subject", ordered.subject},
          {"scope", tokens::scope_text(ordered.access)},
          {"expires_at", log::timestamp(token.issued_at + token.lifetime)}};
}

}  // namespace

http::Response TokenHandler::handle(const http::Request& request) const {
  if (request.method != "POST") return method_reply("POST");
  const auto order = read(request.body);
  if (!order.ok()) return error_reply(order.error());
  const auto ordered = commands_.issue(*order);
  if (!ordered.ok()) return error_reply(ordered.error());
  auto reply = json_reply(200, answer_of(*ordered));
  reply.headers.add("Cache-Control", "no-store");
  return reply;
}

Result<access::TokenOrder> TokenHandler::read(const std::string& body) const {
  const auto object =
      parse_request(body, {"repositories", "scopes", "life_seconds", "subject", "listener"});
  if (!object.ok()) return object.error();
  const auto subject = text_of(*object, "subject");
  const auto listener = text_of(*object, "listener");
  const auto life = life_of(*object);
  const auto repositories = texts_of(*object, "repositories");
  auto scopes = texts_of(*object, "scopes");
  if (!subject.ok()) return subject.error();
  if (!listener.ok()) return listener.error();
  if (!life.ok()) return life.error();
  if (!repositories.ok()) return repositories.error();
  if (!scopes.ok()) return scopes.error();
  for (const auto& repository : *repositories) {
    const auto name = commands_.full_name(repository);
    if (!name.ok()) return name.error();
    scopes->push_back(tokens::pull_scope(*name));
  }
  auto access = tokens::parse_scopes(*scopes);
  if (!access.ok()) return access.error();
  return access::TokenOrder{*listener, *subject, *std::move(access), *life};
}

}  // namespace larder::control
