#include "daemon/control/control_socket.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

namespace larder::control {

namespace {

constexpr mode_t kFolderMode = 0755;
constexpr std::size_t kBodyBytesMax = 64 * 1024;  // a reference and a reason, with room to spare
constexpr std::size_t kGroupBytesMax = 64 * 1024;
constexpr std::size_t kConnectionsMax = 64;
constexpr std::chrono::seconds kRequestTimeout{2};  // nobody is far away here

// The last folder only: a parent that is missing is a typo or an absent mount.
Status make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), kFolderMode) == 0) {
    // Whatever the umask left out.
    if (::chmod(folder.c_str(), kFolderMode) == 0) return {};
    return from_errno("chmod " + folder.string(), errno);
  }
  if (errno == EEXIST) return {};
  return from_errno("mkdir " + folder.string(), errno);
}

std::optional<gid_t> find_group(const std::string& name) {
  std::vector<char> buffer(kGroupBytesMax);
  group entry{};
  group* found = nullptr;
  const int failure = ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (failure != 0 || found == nullptr) return std::nullopt;
  return entry.gr_gid;
}

}  // namespace

Result<std::unique_ptr<http::Server>> serve_control(const std::filesystem::path& socket,
                                                    WorkerPool& workers, http::Handler& handler,
                                                    log::Logger& logger, const std::string& group) {
  const std::string place = "control socket " + socket.string();
  if (Status made = make_folder(socket.parent_path()); !made.ok()) {
    return in_context(place, made.error());
  }
  auto server = http::Server::start({.name = "control",
                                     .address = "unix:" + socket.string(),
                                     .connections_max = kConnectionsMax,
                                     .body_bytes_max = kBodyBytesMax,
                                     .head_timeout = kRequestTimeout},
                                    workers, handler);
  if (!server.ok()) return in_context(place, server.error());
  const auto gid = find_group(group);
  if (gid && ::chown(socket.c_str(), static_cast<uid_t>(-1), *gid) != 0) {
    const Error why = from_errno("chown " + socket.string(), errno);
    logger.write(log::Level::warn, "control_group_failed",
                 {{"group", group}, {"error", describe(why)}});
  }
  return server;
}

}  // namespace larder::control
