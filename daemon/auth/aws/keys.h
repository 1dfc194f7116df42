// What signs a request to AWS, and the seam through which it is had.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::aws {

// All but the first and the last are secret; the session token is empty for a user's own keys.
struct Keys {
  std::string access_key_id{};
  std::string secret_access_key{};
  std::string session_token{};
  std::optional<WallTime> expires{};  // nothing: not said

  bool operator==(const Keys&) const = default;
};

// Returns: invalid, saying of which part and never what it is, when one cannot be sent in a header:
// empty, larger than 16 KiB, or with a character that is not printable ASCII.
Status check_keys(const Keys& keys);

// Until when whoever waits for keys waits.
struct Patience {
  MonoTime deadline;
  std::stop_token stop{};
};

// What a provider says: keys, or that it is not set up here, and by what that shows.
class Answer {
 public:
  // `source` tells which keys these are: "profile \"ci\"". Not secret.
  static Answer of(Keys keys, std::string source) { return {std::move(keys), std::move(source)}; }
  static Answer not_configured(std::string why) { return {std::nullopt, std::move(why)}; }

  bool has_keys() const { return keys_.has_value(); }
  // Requires: has_keys().
  const Keys& keys() const { return *keys_; }
  // The source of the keys, or why there are none.
  const std::string& told() const { return told_; }

 private:
  Answer(std::optional<Keys> keys, std::string told)
      : keys_(std::move(keys)), told_(std::move(told)) {}

  std::optional<Keys> keys_;
  std::string told_;
};

// One place where keys may come from.
// Thread-safety: any thread. Blocks: on what it reads or asks, until the deadline.
class KeyProvider {
 public:
  virtual ~KeyProvider() = default;
  // For explain and logs: "web identity".
  virtual std::string_view name() const = 0;
  // Asked anew each time, so that what was rotated is seen. Returns: an error when it is set up but
  // gives no keys: nobody else is asked then. No error holds a secret.
  virtual Result<Answer> keys(const Patience& patience) = 0;
};

}  // namespace larder::aws
