// The environment that AWS credentials are looked for in, injected: std::getenv in the daemon, a
// map in tests.
//
// Thread-safety: as the function given is. Blocks: no.
#pragma once

#include <functional>
#include <string>

namespace larder::aws {

// nullptr: not set.
using Environment = std::function<const char*(const char* name)>;

// Empty and not set are the same, as they are for the AWS SDKs.
inline std::string variable(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace larder::aws
