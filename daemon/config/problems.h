// What is wrong with a config file, one line each: "FILE:LINE: KEY: got X, expected Y".
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

class Problems {
 public:
  explicit Problems(std::string file_name) : file_name_(std::move(file_name)) {}

  // `line` counts from 1. `key` is a path: "listeners[0].address".
  void add(int line, std::string_view key, std::string_view got, std::string_view expected);

  bool empty() const { return problems_.empty(); }
  // In the order of the file, without a newline at the end.
  std::string str() const;

 private:
  struct Problem {
    int line;
    std::string text;
  };

  const std::string file_name_;
  std::vector<Problem> problems_;
};

// Text of the file in quotes, control characters escaped, cut when long.
std::string in_quotes(std::string_view text);

std::string joined(const std::vector<std::string_view>& words, std::string_view between);

// " (did you mean X?)" when a name in `known` is close to `name`; empty otherwise.
std::string suggestion(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace larder::config
