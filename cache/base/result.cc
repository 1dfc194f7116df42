#include "cache/base/result.h"

#include <cerrno>
#include <system_error>

namespace larder {

namespace {

Errc code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return Errc::not_found;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Errc::no_space;
    case EACCES:
    case EPERM:
      return Errc::denied;
    case ETIMEDOUT:
      return Errc::timeout;
    default:
      return Errc::io;
  }
}

}  // namespace

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "not_found";
    case Errc::invalid:
      return "invalid";
    case Errc::denied:
      return "denied";
    case Errc::upstream_down:
      return "upstream_down";
    case Errc::timeout:
      return "timeout";
    case Errc::cancelled:
      return "cancelled";
    case Errc::no_space:
      return "no_space";
    case Errc::corrupt:
      return "corrupt";
    case Errc::busy:
      return "busy";
    case Errc::io:
      return "io";
  }
  return "io";
}

std::string describe(const Error& error) {
  return std::string(to_string(error.code)) + ": " + error.context;
}

Error in_context(std::string_view what, Error error) {
  error.context = std::string(what) + ": " + error.context;
  return error;
}

Error from_errno(std::string_view what, int error_number) {
  return {code_of(error_number),
          std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace larder
