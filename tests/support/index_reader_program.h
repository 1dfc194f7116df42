// The index reader of tests: the test program itself, which main.cc makes one when it is asked to.
#pragma once

#include "cache/index_reader.h"

namespace larder::testing {

inline constexpr const char* kIndexReaderCommand = "read-index";

inline cache::IndexReaderProgram index_reader() {
  return {"/proc/self/exe", kIndexReaderCommand};
}

}  // namespace larder::testing
