#include "daemon/cli/pin_command.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "daemon/cli/cli.h"
#include "daemon/http/query.h"

namespace larder::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kPinsPath[] = "/v1/pins";

// A bare digest; an image's name may have one behind "@".
bool is_digest(const std::string& name) {
  return name.starts_with("sha256:") || name.starts_with("sha512:");
}

const char* key_of(const std::string& name) {
  return is_digest(name) ? "digest" : "ref";
}

// The text of a field, printable; empty when the daemon left it out.
std::string field(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return "";
  return found->is_string() ? printable(found->get<std::string>()) : found->dump();
}

std::string pins_text(const Json& answer) {
  const auto pins = answer.find("pins");
  if (pins == answer.end() || !pins->is_array() || pins->empty()) return "no pins";
  std::string text;
  for (const Json& pin : *pins) {
    if (!pin.is_object()) continue;
    text += field(pin, "digest") + "  " + field(pin, "since") + "  " + field(pin, "reason") + "\n";
  }
  return text;
}

struct Order {
  std::string method;
  std::string target;
  std::string body;
};

// Sends the order; prints the answer as it is, or what `text_of` makes of it.
int carry_out(const PinOptions& options, const Order& order,
              const std::function<std::string(const Json&)>& text_of) {
  auto client = ControlClient::open(options.place);
  if (!client.ok()) return report_error(client.error());
  const auto answer = client->ask(order.method, order.target, order.body);
  if (!answer.ok()) return report_error(answer.error());
  if (options.output == Output::json) return print(*answer);
  const Json json = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return report_error({Errc::io, "the daemon's answer is no JSON object"});
  return print(text_of(json));
}

}  // namespace

int pin(const PinOptions& options) {
  if (options.only_list) return carry_out(options, {"GET", kPinsPath, ""}, pins_text);
  const Json body = {{key_of(options.name), options.name}, {"reason", options.reason}};
  const Order order{"POST", kPinsPath, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
  return carry_out(options, order, [](const Json& answer) {
    return "pinned " + field(answer, "digest") + ": " + field(answer, "reason");
  });
}

int unpin(const PinOptions& options) {
  std::string target = std::string(kPinsPath) + "?" + key_of(options.name) + "=" +
                       http::percent_encoded(options.name);
  if (!options.reason.empty()) target += "&reason=" + http::percent_encoded(options.reason);
  return carry_out(options, {"DELETE", target, ""}, [](const Json& answer) {
    return "removed " + field(answer, "removed") + " of the pins of " + field(answer, "digest");
  });
}

}  // namespace larder::cli
