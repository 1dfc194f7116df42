// CHECK(condition): a programmer's error, in release builds too. Prints the place and aborts; the
// kubelet starts us again and the store recovers by design. Never for input.
#pragma once

namespace larder {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace larder

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::larder::check_failed(#condition, __FILE__, __LINE__))
