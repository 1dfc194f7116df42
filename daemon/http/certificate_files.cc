#include "daemon/http/certificate_files.h"

#include <sys/stat.h>

namespace larder::http {

std::string version_of(const std::vector<std::string>& files) {
  std::string version;
  for (const auto& file : files) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return "";
    for (const auto part :
         {static_cast<long long>(found.st_ino), static_cast<long long>(found.st_size),
          static_cast<long long>(found.st_mtim.tv_sec),
          static_cast<long long>(found.st_mtim.tv_nsec)}) {
      version += std::to_string(part) + " ";
    }
  }
  return version;
}

}  // namespace larder::http
