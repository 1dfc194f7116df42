// What is wrong with a policy, one line each: "FILE:LINE: PLACE: got X, expected Y".
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

class Problems {
 public:
  explicit Problems(std::string file_name) : file_name_(std::move(file_name)) {}

  // `line` counts from 1. `place` is a path: "Statement[2].Action".
  void add(int line, std::string_view place, std::string_view got, std::string_view expected);

  std::size_t count() const { return lines_.size() + unshown_; }
  bool empty() const { return lines_.empty(); }
  // In the order they were found, without a newline at the end: the first kShownMax of them, and
  // how many more there are.
  std::string str() const;

  static constexpr std::size_t kShownMax = 50;

 private:
  const std::string file_name_;
  std::vector<std::string> lines_;
  std::size_t unshown_ = 0;
};

// Text of a policy in quotes, control characters escaped, cut when long.
std::string in_quotes(std::string_view text);

}  // namespace larder::policy
