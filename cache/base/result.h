// The one error value of Larder: what the caller can do about it, and the story for a human.
//
// Errors are for the world (disk, network, input); programmer errors are CHECK (check.h).
// Context is added on the way up, once per layer: "publish sha256:ab..: fsync: No space left".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "cache/base/check.h"

namespace larder {

// Add a code only when a caller branches on it.
enum class Errc {
  not_found,      // it does not exist, and somebody who must know said so
  invalid,        // malformed input; asking again will not help
  denied,         // refused for lack of a right
  upstream_down,  // a remote end failed, refused or spoke nonsense
  timeout,        // a deadline passed
  cancelled,      // we were told to stop
  no_space,       // disk or budget is full
  corrupt,        // bytes do not match their digest, or an index row does not parse
  busy,           // held by another process, or a bounded queue is full
  io,             // any other failure of the local system
};

std::string_view to_string(Errc code);

struct Error {
  Errc code;
  std::string context;
  // One word for programs on why, where the code tells too little: "breaker". Static text, mostly
  // empty; it stays when context is added.
  std::string_view cause{};
};

// "timeout: connect 10.0.0.1:443"
std::string describe(const Error& error);

// The same error, told from one layer up: context becomes "what: context".
Error in_context(std::string_view what, Error error);

// Error for a failed system call: "what: <strerror>"; ENOENT is not_found, ENOSPC, EDQUOT and EFBIG
// are no_space, EACCES and EPERM are denied, ETIMEDOUT is timeout, everything else is io.
Error from_errno(std::string_view what, int error_number);

// Either a value or an Error. A Result is made from either by implicit conversion.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace larder
