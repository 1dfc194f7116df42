// Damage to a closed (or mapped) index, byte by byte.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace larder::testing {

inline std::string bytes_of_file(const std::filesystem::path& path) {
  std::stringstream read;
  read << std::ifstream(path, std::ios::binary).rdbuf();
  return read.str();
}

// In place, so that who has it mapped sees it.
inline void write_over(const std::filesystem::path& path, std::size_t offset,
                       const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file << bytes << std::flush;
  ASSERT_TRUE(file.good());
}

// Replaces `from` by as many other bytes, wherever the file holds it.
inline void damage(const std::filesystem::path& path, const std::string& from,
                   const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  const std::string bytes = bytes_of_file(path);
  ASSERT_NE(bytes.find(from), std::string::npos);
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
    write_over(path, at, to);
  }
}

}  // namespace larder::testing
