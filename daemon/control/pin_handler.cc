#include "daemon/control/pin_handler.h"

#include "daemon/control/json_messages.h"
#include "daemon/http/query.h"
#include "daemon/log/line.h"

namespace larder::control {

namespace {

Status check_reason(const std::string& reason) {
  if (!reason.empty() && reason.size() <= cache::kPinReasonBytesMax) return {};
  return Error{Errc::invalid, "a pin needs a reason of 1 to " +
                                  std::to_string(cache::kPinReasonBytesMax) + " bytes"};
}

// Of the query of a DELETE: everything it may hold, and nothing else.
struct Removal {
  std::string reference;
  std::string digest;
  std::string reason;
};
Result<Removal> parse_removal(std::string_view query) {
  const auto parameters = http::parse_query(query);
  if (!parameters.ok()) return parameters.error();
  Removal removal;
  for (const auto& [name, value] : *parameters) {
    if (name == "ref") {
      removal.reference = value;
    } else if (name == "digest") {
      removal.digest = value;
    } else if (name == "reason") {
      removal.reason = value;
    } else {
      return Error{Errc::invalid, "unknown parameter \"" + name + "\""};
    }
  }
  return removal;
}

}  // namespace

http::Response PinHandler::handle(const http::Request& request) const {
  if (request.method == "GET") return list();
  if (request.method == "POST") return add(request.body);
  if (request.method == "DELETE") return remove(http::split_target(request.target).query);
  return method_reply("GET, POST, DELETE");
}

Result<cache::Digest> PinHandler::find(const Name& name) const {
  if (name.reference.empty() == name.digest.empty()) {
    return Error{Errc::invalid, "one of ref and digest is needed"};
  }
  return name.digest.empty() ? commands_.resolve(name.reference)
                             : cache::Digest::parse(name.digest);
}

http::Response PinHandler::list() const {
  const auto pins = commands_.pins();
  if (!pins.ok()) return error_reply(pins.error());
  Json list = Json::array();
  for (const auto& [digest, pin] : *pins) {
    list.push_back(
        {{"digest", digest.str()}, {"reason", pin.reason}, {"since", log::timestamp(pin.since)}});
  }
  return json_reply(200, Json{{"pins", std::move(list)}});
}

// Only what is there can be kept from going; a slip in a digest must not look like protection.
http::Response PinHandler::add(const std::string& body) const {
  const auto request = parse_request(body, {"ref", "digest", "reason"});
  if (!request.ok()) return error_reply(request.error());
  const auto reference = text_of(*request, "ref");
  const auto named = text_of(*request, "digest");
  const auto reason = text_of(*request, "reason");
  for (const auto* text : {&reference, &named, &reason}) {
    if (!text->ok()) return error_reply(text->error());
  }
  if (Status fits = check_reason(*reason); !fits.ok()) return error_reply(fits.error());
  const auto digest = find({*reference, *named});
  if (!digest.ok()) return error_reply(digest.error());
  if (!commands_.is_cached(*digest)) {
    return error_reply(404, digest->str() + " is not in the cache: pull it first");
  }
  if (Status put = commands_.pin(*digest, *reason); !put.ok()) return error_reply(put.error());
  return json_reply(201, Json{{"digest", digest->str()}, {"reason", *reason}});
}

http::Response PinHandler::remove(std::string_view query) const {
  const auto removal = parse_removal(query);
  if (!removal.ok()) return error_reply(removal.error());
  const auto digest = find({removal->reference, removal->digest});
  if (!digest.ok()) return error_reply(digest.error());
  const auto removed = remove_all(*digest, removal->reason);
  if (!removed.ok()) return error_reply(removed.error());
  if (*removed == 0) {
    const std::string which = removal->reason.empty() ? "no pin" : "no pin with that reason";
    return error_reply(404, digest->str() + " has " + which);
  }
  return json_reply(200, Json{{"digest", digest->str()}, {"removed", *removed}});
}

// All of a digest's pins, or the one of `reason`. How many there were.
Result<std::uint64_t> PinHandler::remove_all(const cache::Digest& digest,
                                             const std::string& reason) const {
  const auto pins = commands_.pins();
  if (!pins.ok()) return pins.error();
  std::uint64_t removed = 0;
  for (const auto& [pinned, pin] : *pins) {
    if (pinned != digest || (!reason.empty() && pin.reason != reason)) continue;
    if (Status done = commands_.unpin(digest, pin.reason); !done.ok()) return done.error();
    ++removed;
  }
  return removed;
}

}  // namespace larder::control
