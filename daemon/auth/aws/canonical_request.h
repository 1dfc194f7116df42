// What a signature of AWS Signature Version 4 is over: a request in one spelling.
//
// Rules: "Create a signed AWS API request" of the IAM user guide, for services other than S3.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace larder::aws {

// A request, of its headers those that are signed: by their names in lower case, each value as
// canonical_value() has it, several joined with commas.
struct SignedParts {
  std::string_view method;
  std::string_view target;  // as on the wire
  std::map<std::string, std::string> headers;
  std::string_view body;
};

struct CanonicalRequest {
  std::string text;
  std::string signed_headers;  // "host;x-amz-date"
};
CanonicalRequest canonical_request(const SignedParts& parts);

// Trimmed, with one space where there were several.
std::string canonical_value(std::string_view value);

}  // namespace larder::aws
