#!/bin/bash
# The kernel makes the cache's file system read-only, as it does after an error of the disk: hits go
# on, misses pass through, nothing crashes; on a repaired file system everything is kept again.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

main() {
  need_root
  start_source upstream 8 $((3 << 20)) --rate 40e6
  mount_disk disk 64
  CACHE=$DISK/cache CACHE_LIMITS="budget: 100%, free_floor: 1MiB"
  write_config < <(from_source)
  start_larder
  pull_as miss "${DIGESTS[@]:0:3}"
  await_hit "${DIGESTS[2]}"
  pull_as hit "${DIGESTS[@]:0:3}"

  say "read-only in the middle of a pull"
  pull "${DIGESTS[3]}" &
  local pulling=$!
  sleep 0.05
  make_read_only
  wait "$pulling" || fail "the pull that was under way"

  say "hits go on, misses pass through"
  pull_as hit "${DIGESTS[@]:0:3}"
  pull_as miss "${DIGESTS[@]:4:3}" "${DIGESTS[4]}"
  (($(metric larder_cache_degraded_total) > 0)) || fail "larder_cache_degraded_total says nothing"
  sleep 2.5  # what is done in the background, once a second, fails and goes on
  pull_as hit "${DIGESTS[@]:0:3}"
  ready || fail "not ready any more"

  say "repaired and mounted again"
  stop "$LARDER_PID"
  umount "$DISK"
  e2fsck -fpv "$DISK.img" >"$WORK/e2fsck.log" || (($? <= 1)) || fail "e2fsck"
  mount -o loop "$DISK.img" "$DISK"
  start_larder
  pull_as hit "${DIGESTS[@]:0:3}"
  pull_as miss "${DIGESTS[7]}"
  await_hit "${DIGESTS[7]}"
  say "passed"
}

make_read_only() {
  local device
  device=$(losetup -j "$DISK.img" | cut -d: -f1)
  echo "larder's test" >"/sys/fs/ext4/${device#/dev/}/trigger_fs_error"
  ! touch "$DISK/file" 2>/dev/null || fail "the file system can still be written"
}

main
