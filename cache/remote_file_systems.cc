#include "cache/remote_file_systems.h"

#include <algorithm>
#include <array>

namespace larder::cache {

namespace {

struct RemoteFileSystem {
  std::uint32_t magic;
  std::string_view name;
};

// statfs(2) and linux/magic.h; numbers, because not every kernel's headers have all of them.
constexpr std::array kRemoteFileSystems = {
    RemoteFileSystem{0x00006969, "NFS"},    RemoteFileSystem{0x0000517b, "SMB"},
    RemoteFileSystem{0xff534d42, "CIFS"},   RemoteFileSystem{0xfe534d42, "SMB2"},
    RemoteFileSystem{0x65735546, "FUSE"},   RemoteFileSystem{0x01021997, "9p"},
    RemoteFileSystem{0x00c36400, "Ceph"},   RemoteFileSystem{0x5346414f, "AFS"},
    RemoteFileSystem{0x6b414653, "AFS"},    RemoteFileSystem{0x73757245, "Coda"},
    RemoteFileSystem{0x0000564c, "NCP"},    RemoteFileSystem{0x7461636f, "OCFS2"},
    RemoteFileSystem{0x01161970, "GFS2"},   RemoteFileSystem{0x0bd00bd0, "Lustre"},
    RemoteFileSystem{0x47504653, "GPFS"},   RemoteFileSystem{0x20030528, "OrangeFS"},
    RemoteFileSystem{0x19830326, "BeeGFS"}, RemoteFileSystem{0xaad7aaea, "PanFS"},
    RemoteFileSystem{0x786f4256, "vboxsf"}, RemoteFileSystem{0xbacbacbc, "vmhgfs"},
};

}  // namespace

std::string_view remote_file_system(std::uint32_t magic) {
  const auto* found =
      std::find_if(kRemoteFileSystems.begin(), kRemoteFileSystems.end(),
                   [magic](const RemoteFileSystem& entry) { return entry.magic == magic; });
  return found == kRemoteFileSystems.end() ? std::string_view() : found->name;
}

}  // namespace larder::cache
