// The main of every test program: runs its tests, or is the index reader that one of them starts,
// by the same words as larder's own.
#include <gmock/gmock.h>

#include <span>
#include <string>
#include <vector>

#include "tests/support/index_reader_program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == larder::testing::kIndexReaderCommand) {
    return larder::cache::run_index_reader(std::span(arguments).subspan(1));
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
