// Small shell scripts for tests of what runs programs.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace larder::testing {

// Writes an executable file, "#!/bin/sh" and `body`, and gives its path.
inline std::string write_script(const std::filesystem::path& file, const std::string& body) {
  std::ofstream(file, std::ios::binary) << "#!/bin/sh\n" << body;
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file.string();
}

}  // namespace larder::testing
