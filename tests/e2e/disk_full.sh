#!/bin/bash
# A cache disk of 64 MiB: an image larger than it goes through byte for byte; so does a blob whose
# disk fills up while it arrives. Metric and log say so, and larder stays ready.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

BLOB_BYTES=$((40 << 20))

main() {
  need_root
  start_registry
  make_image image --layers 4 --layer-bytes $((50 << 20)) >/dev/null
  local image=docker://127.0.0.1:$REGISTRY_PORT/app:v1
  skopeo copy -q --dest-tls-verify=false "oci:$WORK/image:v1" "$image"
  skopeo copy -q --src-tls-verify=false "$image" "dir:$WORK/expected"
  start upstream "$PYTHON" "$E2E/slow_registry.py" "$WORK/blobs" 1 $BLOB_BYTES --rate 10e6
  wait_until 20 "slow registry" test -e "$WORK/blobs"

  say "an image of 200 MiB through a cache of 64 MiB"
  serve_from small "budget: 100%, free_floor: 5%"
  through_larder_same
  expect_degraded
  stop "$LARDER_PID"

  say "a disk that fills up under a running fill"
  serve_from filling "budget: 1GiB, free_floor: 1KiB"
  fill_disk_during_pull
  expect_degraded
  say "passed"
}

# serve_from NAME LIMITS: larder on a fresh file system of 64 MiB.
serve_from() {
  DISK=$WORK/$1
  mkdir "$DISK"
  mount -t tmpfs -o size=64m "larder-$1" "$DISK"
  CACHE=$DISK/cache CACHE_LIMITS=$2 write_config <<END
upstreams:
  - match: registry.test
    endpoints: ["http://127.0.0.1:$REGISTRY_PORT"]
  - match: slow.test
    endpoints: ["http://127.0.0.1:$(head -n 1 "$WORK/blobs")"]
END
  start_larder
}

through_larder_same() {
  skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$LARDER_PORT/registry.test/app:v1" \
    "dir:$WORK/through" || fail "the pull failed"
  diff -r "$WORK/expected" "$WORK/through" || fail "the copy differs"
}

fill_disk_during_pull() {
  local digest got
  digest=$(sed -n 2p "$WORK/blobs")
  curl -fsS -m 60 -o "$WORK/blob" "http://127.0.0.1:$LARDER_PORT/v2/slow.test/app/blobs/$digest" &
  local curl=$!
  PIDS+=("$curl")
  wait_until 20 "bytes of the blob" test -s "$WORK/blob"
  ! cat /dev/zero 2>/dev/null >"$DISK/filler" || fail "the disk did not fill"
  wait "$curl" || fail "the pull failed when the disk filled"
  got=$(sha256sum <"$WORK/blob" | cut -d ' ' -f 1)
  expect_equal "digest of the blob" "${digest#sha256:}" "$got"
}

expect_degraded() {
  (($(metric larder_cache_degraded_total) > 0)) || fail "larder_cache_degraded_total says nothing"
  grep -q cache_degraded "$WORK/larder.log" || fail "no log line says so"
  : >"$WORK/larder.log"
  ready || fail "not ready any more"
}

main
