// Whether a request to the ECR API was signed for the place where it has come in.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/aws/sigv4.h"
#include "daemon/http/message.h"

namespace larder::access {

// `hosts` are those that the listener stands for, or globs over them. Its Host is one of them, the
// API of a region whose registries are among them, or no name of AWS's: then one of Larder's own.
// The region is that of the Host where it names one, else one of `hosts`, where they name any.
// Returns: denied, saying what does not fit.
Status check_place(const http::Request& request, const aws::SigningScope& scope,
                   const std::vector<std::string>& hosts);

}  // namespace larder::access
