// Names and values as forms send them (application/x-www-form-urlencoded), in a query or a body.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/http/query.h"

namespace larder::tokens {

inline constexpr std::size_t kFormBytesMax = 64 * 1024;
inline constexpr std::size_t kFormParametersMax = 128;

class Form {
 public:
  // "+" is a space. Returns: invalid, without a value in the context, when it is too large, has too
  // many parameters, a broken escape, or a control character in a name or value.
  static Result<Form> parse(std::string_view text);

  // Its value, empty when there is none. Returns: invalid when it is given more than once.
  Result<std::string> one(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

 private:
  http::QueryParameters parameters_;
};

}  // namespace larder::tokens
