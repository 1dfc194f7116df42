// The XML that STS answers (API version 2011-06-15), and errors in XML.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/service_error.h"

namespace larder::aws {

// The Credentials of an AssumeRole or AssumeRoleWithWebIdentity answer; `action` is which of them.
// No entity but the five of XML and characters by number is expanded, and nothing is fetched.
// Returns: invalid when it is no XML or has no usable keys.
Result<Keys> parse_sts_keys(std::string_view xml, std::string_view action);

// Of an ErrorResponse, also one whose Error is within Errors, as moto has it. Empty when it is
// none.
ServiceError parse_xml_error(std::string_view xml);

}  // namespace larder::aws
