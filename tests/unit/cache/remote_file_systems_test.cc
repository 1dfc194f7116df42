#include "cache/remote_file_systems.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

namespace larder::cache {
namespace {

TEST(RemoteFileSystem, NamesWhatTheKernelCallsRemote) {
  EXPECT_EQ(remote_file_system(NFS_SUPER_MAGIC), "NFS");
  EXPECT_EQ(remote_file_system(SMB_SUPER_MAGIC), "SMB");
  EXPECT_EQ(remote_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(remote_file_system(0xfe534d42), "SMB2");
  EXPECT_EQ(remote_file_system(0x65735546), "FUSE");
  EXPECT_EQ(remote_file_system(V9FS_MAGIC), "9p");
  EXPECT_EQ(remote_file_system(0x00c36400), "Ceph");
  EXPECT_EQ(remote_file_system(AFS_SUPER_MAGIC), "AFS");
  EXPECT_EQ(remote_file_system(CODA_SUPER_MAGIC), "Coda");
  EXPECT_EQ(remote_file_system(NCP_SUPER_MAGIC), "NCP");
}

TEST(RemoteFileSystem, LeavesLocalOnesAlone) {
  EXPECT_EQ(remote_file_system(EXT4_SUPER_MAGIC), "");
  EXPECT_EQ(remote_file_system(XFS_SUPER_MAGIC), "");
  EXPECT_EQ(remote_file_system(BTRFS_SUPER_MAGIC), "");
  EXPECT_EQ(remote_file_system(TMPFS_MAGIC), "");
  EXPECT_EQ(remote_file_system(OVERLAYFS_SUPER_MAGIC), "");
}

}  // namespace
}  // namespace larder::cache
