// Access keys, as those of AWS: whose requests to the ECR API are signed with which secret.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::tokens {

inline constexpr std::size_t kAccessKeysBytesMax = 1 << 20;

struct AccessKey {
  std::string secret;
  std::string subject;  // the name of a user
  std::string stamp;    // Subject::stamp: another one for another key, secret or subject
};

class AccessKeys {
 public:
  // "ACCESS_KEY_ID SECRET SUBJECT" a line; empty lines and those that begin with "#" are passed
  // over. Returns: invalid, naming the line and no secret, for a line of another form, an id that
  // is there twice, or a secret of less than 32 characters: whoever sees a signed request may guess
  // it in peace.
  static Result<AccessKeys> parse(std::string_view text);

  // Null when there is no such key.
  const AccessKey* find(const std::string& id) const;
  // Whether a key of `subject` has that stamp.
  bool has(std::string_view subject, std::string_view stamp) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, AccessKey> keys_;                     // by id
  std::map<std::string, std::string, std::less<>> subjects_;  // by stamp
};

}  // namespace larder::tokens
