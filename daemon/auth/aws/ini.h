// The INI dialect of AWS's shared config and credentials files.
//
// Rules: "Shared config and credentials files" of the AWS SDKs reference guide; where it is silent,
// as the SDKs have it: "#" and ";" begin a comment at the start of a line and after white space;
// lines indented more than the property above belong to it (nested settings) and are left out.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::aws {

// By name in lower case, "aws_access_key_id"; the last one of a name counts.
using Properties = std::map<std::string, std::string>;

// By the text between the brackets, white space within counted as one space and quotes taken off:
// "default", "profile ci". Sections of one name are one.
using Sections = std::map<std::string, Properties>;

// Returns: invalid, naming the line's number and never its text: a line that is neither section
// nor property, a property before the first section.
Result<Sections> parse_ini(std::string_view text);

}  // namespace larder::aws
