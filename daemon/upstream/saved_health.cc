#include "daemon/upstream/saved_health.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace larder::upstream {

namespace {

using std::chrono::milliseconds;
using Json = nlohmann::json;

constexpr int kFormat = 1;
// The year 2255, shortly before nanoseconds in 64 bits end.
constexpr std::int64_t kWallMillisecondsMax = 9'000'000'000'000;

std::int64_t to_number(WallTime time) {
  return std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
}

Json json_of(const Breaker::Memory& breaker, const Moment& now) {
  if (!breaker.is_open) return Json::object();
  return {{"since", to_number(now.wall_of(now.mono - breaker.age))},
          {"until", to_number(now.wall_of(now.mono + breaker.wait))},
          {"pause", breaker.is_pause},
          {"level", breaker.level},
          {"why", breaker.why}};
}

Json json_of(const Quota& quota, const Moment& now) {
  Json json{{"remaining", quota.remaining}, {"read_at", to_number(now.wall_of(quota.read_at))}};
  if (quota.limit) json["limit"] = *quota.limit;
  if (quota.window) json["window_s"] = quota.window->count();
  if (quota.resets_at) json["resets_at"] = to_number(now.wall_of(*quota.resets_at));
  return json;
}

Json json_of(const std::vector<auth::RenewalFacts>& credentials, const Moment& now) {
  Json json = Json::array();
  for (const auto& one : credentials) {
    if (one.ends <= now.wall || json.size() >= kCredentialsSavedMax) continue;
    Json facts{{"upstream", one.upstream},
               {"kind", one.kind},
               {"of", one.of},
               {"ends", to_number(one.ends)}};
    if (!one.why.empty()) {
      facts["pause_s"] = std::chrono::floor<std::chrono::seconds>(one.pause).count();
      facts["again_at"] = to_number(one.again_at);
      facts["why"] = one.why;
    }
    json.push_back(std::move(facts));
  }
  return json;
}

// Reads the fields of an object; once one does not fit, failed() says so.
class Fields {
 public:
  // `saved_at` is what the object's times are told against; `elapsed` has passed since.
  Fields(const Json& object, std::int64_t saved_at, Duration elapsed)
      : object_(object), saved_at_(saved_at), elapsed_(elapsed), failed_(!object.is_object()) {}

  bool failed() const { return failed_; }
  bool has(const char* name) const { return object_.is_object() && object_.contains(name); }

  std::uint64_t count(const char* name) {
    const Json* field = find(name);
    if (field != nullptr && field->is_number_unsigned()) return field->get<std::uint64_t>();
    failed_ = true;
    return 0;
  }
  bool flag(const char* name) {
    const Json* field = find(name);
    if (field != nullptr && field->is_boolean()) return field->get<bool>();
    failed_ = true;
    return false;
  }
  std::string text(const char* name) {
    const Json* field = find(name);
    if (field != nullptr && field->is_string()) return field->get<std::string>();
    failed_ = true;
    return {};
  }
  // How long ago a wall time was, now; 0 when it is to come.
  Duration ago(const char* name) { return std::max(elapsed_ - after_saving(name), Duration(0)); }
  // How long it is until a wall time, now; 0 when it has passed.
  Duration ahead(const char* name) { return std::max(after_saving(name) - elapsed_, Duration(0)); }

 private:
  const Json* find(const char* name) const { return has(name) ? &object_.at(name) : nullptr; }

  Duration after_saving(const char* name) {
    const auto time = static_cast<std::int64_t>(
        std::min<std::uint64_t>(count(name), std::uint64_t{kWallMillisecondsMax}));
    return milliseconds(time - saved_at_);
  }

  const Json& object_;
  const std::int64_t saved_at_;
  const Duration elapsed_;
  bool failed_;
};

Breaker::Memory breaker_in(Fields& fields) {
  Breaker::Memory breaker{.is_open = true};
  breaker.is_pause = fields.flag("pause");
  breaker.age = fields.ago("since");
  breaker.wait = fields.ahead("until");
  breaker.level = static_cast<unsigned>(std::min<std::uint64_t>(fields.count("level"), 63));
  breaker.why = fields.text("why");
  return breaker;
}

Quota quota_in(Fields& fields, MonoTime now) {
  Quota quota;
  quota.remaining = fields.count("remaining");
  quota.read_at = now - fields.ago("read_at");
  if (fields.has("limit")) quota.limit = std::max<std::uint64_t>(fields.count("limit"), 1);
  if (fields.has("window_s")) {
    const auto longest = static_cast<std::uint64_t>(kQuotaMemoryMax.count());
    quota.window = std::chrono::seconds(std::min(fields.count("window_s"), longest));
  }
  if (fields.has("resets_at")) {
    quota.resets_at = now + std::min<Duration>(fields.ahead("resets_at"), kQuotaMemoryMax);
  }
  return quota;
}

auth::RenewalFacts credential_in(Fields& fields, WallTime now) {
  auth::RenewalFacts facts{
      .upstream = fields.text("upstream"), .kind = fields.text("kind"), .of = fields.text("of")};
  facts.ends = now + fields.ahead("ends");
  facts.is_held = false;
  if (!fields.has("why")) return facts;
  facts.pause = std::chrono::seconds(std::min<std::uint64_t>(fields.count("pause_s"), 86400));
  facts.again_at = now + fields.ahead("again_at");
  facts.why = fields.text("why");
  return facts;
}

Error invalid() {
  return {Errc::invalid, "no saved health"};
}

}  // namespace

std::string to_text(const SavedHealth& health, const Moment& now) {
  Json json{{"format", kFormat},
            {"url", health.url},
            {"saved_at", to_number(now.wall)},
            {"breaker", json_of(health.breaker, now)}};
  if (health.quota) json["quota"] = json_of(*health.quota, now);
  if (const auto& pause = health.token_pause) {
    json["token_pause"] = {{"until", to_number(now.wall_of(pause->until))}, {"why", pause->why}};
  }
  if (auto ends = json_of(health.credentials, now); !ends.empty()) json["credentials"] = ends;
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Result<SavedHealth> parse_saved_health(const std::string& text, const Moment& now) {
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Fields top(json, 0, Duration(0));
  SavedHealth health{.url = top.text("url"), .breaker = {}};
  const bool is_known = top.count("format") == std::uint64_t{kFormat} && top.has("breaker");
  const auto saved_at = top.count("saved_at");
  if (top.failed() || !is_known || saved_at > std::uint64_t{kWallMillisecondsMax}) return invalid();
  const auto saved = static_cast<std::int64_t>(saved_at);
  const Duration elapsed = milliseconds(std::max<std::int64_t>(to_number(now.wall) - saved, 0));

  Fields breaker(json.at("breaker"), saved, elapsed);
  if (breaker.failed()) return invalid();
  if (breaker.has("until")) health.breaker = breaker_in(breaker);
  if (breaker.failed()) return invalid();
  if (top.has("quota")) {
    Fields quota(json.at("quota"), saved, elapsed);
    health.quota = quota_in(quota, now.mono);
    if (quota.failed()) return invalid();
  }
  if (top.has("token_pause")) {
    Fields pause(json.at("token_pause"), saved, elapsed);
    const Duration wait = std::min(pause.ahead("until"), kPauseMax);
    health.token_pause = TokenPause{now.mono + wait, pause.text("why")};
    if (pause.failed()) return invalid();
  }
  for (const Json& one : top.has("credentials") ? json.at("credentials") : Json::array()) {
    Fields fields(one, saved, elapsed);
    health.credentials.push_back(credential_in(fields, now.wall));
    if (fields.failed()) return invalid();
  }
  return health;
}

}  // namespace larder::upstream
