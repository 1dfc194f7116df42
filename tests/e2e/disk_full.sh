#!/bin/bash
# A cache on a small disk of its own: blobs larger than it go through byte for byte, evictions keep
# the floor free, whatever others write there, and a disk that fills up under a running fill costs
# no pull. Metric and log say what could not be kept, and larder stays ready.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

MEBIBYTE=$((1 << 20))
FLOOR=$((12 * MEBIBYTE))

main() {
  need_root
  start_source upstream 16 $((5 * MEBIBYTE)) --rate 100e6
  BLOBS=("${DIGESTS[@]}")
  start_source big 1 $((40 * MEBIBYTE)) --rate 10e6 --seed 2
  BIG=${DIGESTS[0]} BIG_PORT=$SOURCE_PORT

  say "layers of 70 MiB through a disk of 64 MiB"
  image_larger_than_disk
  say "evictions keep the floor free"
  floor_is_kept
  say "others fill the disk, and make room again"
  others_fill_the_disk
  say "a disk that fills up under a running fill"
  fill_disk_during_pull
  say "passed"
}

# serve_from NAME LIMITS: larder on a fresh file system of 64 MiB.
serve_from() {
  mount_disk "$1" 64
  CACHE=$DISK/cache CACHE_LIMITS=$2 write_config <<END
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:$(head -n 1 "$WORK/upstream.list")"]}
  - {match: big.test, endpoints: ["http://127.0.0.1:$BIG_PORT"]}
  - {match: images.test, endpoints: ["http://127.0.0.1:${REGISTRY_PORT:-1}"]}
END
  start_larder
}

image_larger_than_disk() {
  start_registry
  make_image image --layers 2 --layer-bytes $((70 * MEBIBYTE)) >/dev/null
  local image=docker://127.0.0.1:$REGISTRY_PORT/app:v1
  skopeo copy -q --dest-tls-verify=false "oci:$WORK/image:v1" "$image"
  skopeo copy -q --src-tls-verify=false "$image" "dir:$WORK/expected"
  serve_from small "budget: 100%, free_floor: 5%"
  skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$LARDER_PORT/images.test/app:v1" \
    "dir:$WORK/through" || fail "the pull failed"
  diff -r "$WORK/expected" "$WORK/through" || fail "the copy differs"
  rm -rf "$WORK/expected" "$WORK/through" "$WORK/image"
  expect_degraded
  stop "$LARDER_PID"
}

floor_is_kept() {
  serve_from floor "budget: 1GiB, free_floor: $FLOOR"
  local digest
  for digest in "${BLOBS[@]}"; do
    pull "$digest"
    (($(free_bytes) >= FLOOR)) || fail "only $(free_bytes) bytes are free"
  done
  (($(metric larder_evicted_bytes_total) > 0)) || fail "nothing was evicted"
  await_hit "${BLOBS[-1]}"
  expect_equal "blobs that could not be kept" 0 "$(metric larder_cache_degraded_total)"
}

# What others take is given back by evictions until nothing is left to evict.
others_fill_the_disk() {
  local i
  for i in 1 2 3; do
    head -c $((8 * MEBIBYTE)) /dev/zero >>"$DISK/others"
    wait_until 10 "free space above the floor" floor_is_free
  done
  pull "${BLOBS[0]}"
  (($(free_bytes) >= FLOOR)) || fail "only $(free_bytes) bytes are free"

  wait_until 30 "end of what can be evicted" take_all_space
  pull "${BLOBS[1]}"
  pull "${BLOBS[2]}"
  expect_degraded

  rm "$DISK/others" "$DISK/more"
  pull "${BLOBS[3]}"
  await_hit "${BLOBS[3]}"
  stop "$LARDER_PID"
}

# Takes what is free; whether nothing is left that could be evicted.
take_all_space() {
  cat /dev/zero 2>/dev/null >>"$DISK/more"
  [[ -z $(find "$DISK/cache/blobs" -type f) ]]
}

floor_is_free() { (($(free_bytes) >= FLOOR)); }

fill_disk_during_pull() {
  serve_from filling "budget: 1GiB, free_floor: 1KiB"
  local got
  curl -fsS -m 60 -o "$WORK/blob" "http://127.0.0.1:$LARDER_PORT/v2/big.test/app/blobs/$BIG" &
  local curl=$!
  PIDS+=("$curl")
  wait_until 20 "bytes of the blob" test -s "$WORK/blob"
  ! cat /dev/zero 2>/dev/null >"$DISK/filler" || fail "the disk did not fill"
  wait "$curl" || fail "the pull failed when the disk filled"
  got=$(sha256sum <"$WORK/blob" | cut -d ' ' -f 1)
  expect_equal "digest of the blob" "${BIG#sha256:}" "$got"
  expect_degraded
}

expect_degraded() {
  (($(metric larder_cache_degraded_total) > 0)) || fail "larder_cache_degraded_total says nothing"
  grep -q cache_degraded "$WORK/larder.log" || fail "no log line says so"
  : >"$WORK/larder.log"
  ready || fail "not ready any more"
}

main
