#include "daemon/cli/progress_line.h"

#include <gtest/gtest.h>

#include <memory>

namespace larder::cli {
namespace {

// What was drawn on a file that is, or is not, said to be a terminal.
std::string drawn(bool is_terminal, const std::vector<std::string>& texts) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  {
    ProgressLine line(file.get(), is_terminal);
    for (const std::string& text : texts) line.show(text);
  }
  std::rewind(file.get());
  std::string all(1000, '\0');
  all.resize(std::fread(all.data(), 1, all.size(), file.get()));
  return all;
}

TEST(ProgressLine, IsDrawnAndGoneAtTheEnd) {
  EXPECT_EQ(drawn(/*is_terminal=*/true, {"1 of 2"}), "\r\033[K1 of 2\r\033[K");
}

TEST(ProgressLine, LeavesOutWhatComesTooFast) {
  EXPECT_EQ(drawn(/*is_terminal=*/true, {"1 of 2", "2 of 2"}), "\r\033[K1 of 2\r\033[K");
}

TEST(ProgressLine, IsNothingElsewhere) {
  EXPECT_EQ(drawn(/*is_terminal=*/false, {"1 of 2"}), "");
}

TEST(ProgressLine, NeverShownIsNothing) {
  EXPECT_EQ(drawn(/*is_terminal=*/true, {}), "");
}

}  // namespace
}  // namespace larder::cli
