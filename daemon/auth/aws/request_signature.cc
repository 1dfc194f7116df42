#include "daemon/auth/aws/request_signature.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/digests.h"
#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

constexpr std::size_t kDayChars = 8;
constexpr std::size_t kDateChars = 16;  // "20260115T083000Z"
constexpr std::size_t kSignatureChars = 64;
constexpr std::size_t kWordCharsMax = 128;

Error unfit(const char* what) {
  return {Errc::invalid, std::string("Authorization: ") + what};
}

Error denied(std::string what) {
  return {Errc::denied, std::move(what)};
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kWordCharsMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return http::is_alnum(c) || c == '-' || c == '_'; });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "Credential=…, SignedHeaders=…, Signature=…", in whatever order, by their names.
std::map<std::string_view, std::string_view> elements_of(std::string_view text) {
  std::map<std::string_view, std::string_view> elements;
  for (const auto part : split(text, ',')) {
    const auto one = http::trim(part);
    const auto equals = std::min(one.find('='), one.size());
    const bool is_new =
        elements.emplace(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())))
            .second;
    if (!is_new) return {};
  }
  return elements;
}

// "AKIA…/20260115/eu-west-1/ecr/aws4_request"
Status take_credential(std::string_view credential, RequestSignature& signature) {
  const auto parts = split(credential, '/');
  const bool is_complete = parts.size() == 5 && is_word(parts[0]) && is_word(parts[2]) &&
                           is_word(parts[3]) && parts[1].size() == kDayChars &&
                           parts[4] == "aws4_request";
  if (!is_complete) return unfit("a Credential without key, day, region, service or aws4_request");
  signature.access_key_id = parts[0];
  signature.day = parts[1];
  signature.scope = {std::string(parts[2]), std::string(parts[3])};
  return {};
}

// Only as signers write them, so that one list has one spelling.
Status take_signed_headers(std::string_view names, RequestSignature& signature) {
  for (const auto name : split(names, ';')) signature.signed_headers.emplace_back(name);
  const auto& taken = signature.signed_headers;
  const auto is_strange = [](const std::string& name) {
    return name.empty() || name != http::to_lower(name);
  };
  const bool is_ordered =
      std::adjacent_find(taken.begin(), taken.end(), std::greater_equal<>()) == taken.end();
  if (!is_ordered || std::any_of(taken.begin(), taken.end(), is_strange)) {
    return unfit("SignedHeaders that are not names in lower case and order");
  }
  for (const char* name : {"host", "x-amz-date"}) {
    if (!std::binary_search(taken.begin(), taken.end(), name)) {
      return unfit("SignedHeaders without host or x-amz-date");
    }
  }
  return {};
}

std::optional<WallTime> moment_of(std::string_view date) {
  if (date.size() != kDateChars) return std::nullopt;
  const auto part = [date](std::size_t from, std::size_t count) {
    return std::string(date.substr(from, count));
  };
  return parse_iso8601(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 3) + part(9, 2) + ":" +
                       part(11, 2) + ":" + part(13, 3));
}

// When it was signed, as a single header says. Returns: denied when that is not now.
Result<std::string> date_of(const http::Request& request, const RequestSignature& signature,
                            WallTime now) {
  const auto dates = request.headers.find_all("X-Amz-Date");
  const auto moment = dates.size() == 1 ? moment_of(dates.front()) : std::nullopt;
  if (!moment) return denied("not one X-Amz-Date");
  std::string date(dates.front());
  if (!date.starts_with(signature.day)) return denied("signed for another day than X-Amz-Date's");
  if (*moment + kSignatureLeeway < now) return denied("Signature expired: " + date);
  if (*moment > now + kSignatureLeeway) return denied("Signature not yet current: " + date);
  return date;
}

Result<std::map<std::string, std::string>> signed_values(const http::Request& request,
                                                         const RequestSignature& signature) {
  const auto& names = signature.signed_headers;
  for (const auto& [name, value] : request.headers.fields()) {
    const std::string key = http::to_lower(name);
    if (key.starts_with("x-amz-") && !std::binary_search(names.begin(), names.end(), key)) {
      return denied("an X-Amz header that is not signed");
    }
  }
  std::map<std::string, std::string> values;
  for (const auto& name : names) {
    const auto found = request.headers.find_all(name);
    if (found.empty()) return denied("a signed header is missing");
    if (name == "host" && found.size() > 1) return denied("not one Host");
    std::string& value = values[name] = canonical_value(found.front());
    for (std::size_t i = 1; i < found.size(); ++i) value += "," + canonical_value(found[i]);
  }
  return values;
}

}  // namespace

Result<std::optional<RequestSignature>> find_request_signature(const http::Headers& headers) {
  const auto authorizations = headers.find_all("Authorization");
  if (authorizations.empty()) return std::optional<RequestSignature>();
  const auto value = authorizations.front();
  if (authorizations.size() > 1) return unfit("two of them");
  const auto space = std::min(value.find(' '), value.size());
  if (value.substr(0, space) != kAlgorithm) return unfit("not AWS4-HMAC-SHA256");
  auto elements = elements_of(value.substr(space));
  RequestSignature signature;
  if (elements.size() != 3) return unfit("not Credential, SignedHeaders and Signature");
  if (Status taken = take_credential(elements["Credential"], signature); !taken.ok()) {
    return taken.error();
  }
  if (Status taken = take_signed_headers(elements["SignedHeaders"], signature); !taken.ok()) {
    return taken.error();
  }
  signature.signature = elements["Signature"];
  if (signature.signature.size() != kSignatureChars) return unfit("a Signature that is none");
  return std::optional(std::move(signature));
}

Status check_request_signature(const http::Request& request, const RequestSignature& signature,
                               const std::string& secret, std::string_view service, WallTime now) {
  if (signature.scope.service != service) return denied("signed for another service");
  const auto date = date_of(request, signature, now);
  if (!date.ok()) return date.error();
  auto values = signed_values(request, signature);
  if (!values.ok()) return values.error();
  const auto canonical =
      canonical_request({request.method, request.target, *std::move(values), request.body});
  const Keys keys{signature.access_key_id, secret};
  if (!auth::equal_secrets(signature_of(canonical, keys, *date, signature.scope),
                           signature.signature)) {
    return denied("the signature does not match");
  }
  return {};
}

}  // namespace larder::aws
