#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "cache/base/unique_fd.h"
#include "daemon/config/config.h"
#include "daemon/config/yaml_tree.h"

namespace larder::config {

namespace {

// The text of a file, one byte more than parse_config takes at most.
Result<std::string> read_text(const std::filesystem::path& file) {
  // Not blocking: a FIFO in the file's place must not hang the start.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return from_errno("open " + file.string(), errno);
  std::string text;
  std::array<char, 16 * 1024> buffer{};
  while (text.size() <= kConfigBytesMax) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return from_errno("read " + file.string(), errno);
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& file) {
  Result<std::string> text = read_text(file);
  if (!text) return text.error();
  return parse_config(*text, file.string());
}

}  // namespace larder::config
