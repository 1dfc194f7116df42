// The seam behind Basic credentials: whoever knows which passwords are right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::tokens {

struct PasswordQuestion {
  std::string username;
  std::string password;  // secret
  // What is asked for with it: a checker may have to ask the image's own upstream.
  const std::vector<Access>& scope;
  std::string_view listener;
  std::string_view peer;  // "10.1.2.3:51324", "unix"
};

// Thread-safety: any thread. Blocks: within its own deadlines.
class PasswordChecker {
 public:
  virtual ~PasswordChecker() = default;
  // Who it is. Returns: denied for wrong credentials; busy, timeout or upstream_down when it cannot
  // be told now. No error tells the password.
  virtual Result<Subject> check(const PasswordQuestion& question) = 0;
  // Of the secret that `username` has at present, as in Subject::stamp; nothing when the user is
  // no more.
  virtual std::optional<std::string> stamp(const std::string& username) = 0;
};

}  // namespace larder::tokens
