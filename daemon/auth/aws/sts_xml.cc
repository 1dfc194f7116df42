#include "daemon/auth/aws/sts_xml.h"

#include <pugixml.hpp>
#include <string>

#include "daemon/auth/aws/time_text.h"

namespace larder::aws {

namespace {

// Answers carry the namespace as a default one, so that names have no prefix.
bool load(pugi::xml_document& document, std::string_view xml) {
  constexpr unsigned kOptions = pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata;
  return bool(document.load_buffer(xml.data(), xml.size(), kOptions, pugi::encoding_utf8));
}

std::string text_of(const pugi::xml_node& node, const char* name) {
  return node.child(name).child_value();
}

}  // namespace

Result<Keys> parse_sts_keys(std::string_view xml, std::string_view action) {
  pugi::xml_document document;
  if (!load(document, xml)) return Error{Errc::invalid, "the answer is no XML"};
  const std::string name(action);
  const auto credentials = document.child((name + "Response").c_str())
                               .child((name + "Result").c_str())
                               .child("Credentials");
  if (!credentials) return Error{Errc::invalid, "the answer has no Credentials"};

  Keys keys;
  keys.access_key_id = text_of(credentials, "AccessKeyId");
  keys.secret_access_key = text_of(credentials, "SecretAccessKey");
  keys.session_token = text_of(credentials, "SessionToken");
  keys.expires = parse_iso8601(text_of(credentials, "Expiration"));
  if (const auto usable = check_keys(keys); !usable) return usable.error();
  if (keys.session_token.empty() || !keys.expires) {
    return Error{Errc::invalid, "the answer's Credentials have no SessionToken or no Expiration"};
  }
  return keys;
}

ServiceError parse_xml_error(std::string_view xml) {
  pugi::xml_document document;
  if (!load(document, xml)) return {};
  const auto response = document.child("ErrorResponse");
  auto error = response.child("Error");
  if (!error) error = response.child("Errors").child("Error");
  return {text_of(error, "Code"), text_of(error, "Message")};
}

}  // namespace larder::aws
