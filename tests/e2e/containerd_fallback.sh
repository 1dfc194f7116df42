#!/bin/bash
# What Larder costs a node when it cannot help: containerd pulls an image whose hosts.toml names
# Larder first and a good registry next, with Larder stopped, before an upstream that swallows
# connections or breaks off in every layer, and on a dead disk. Each pull succeeds, and takes at
# most BAR_MS longer than one without Larder. So does one that takes seconds by itself, whose
# requests meet Larder's attempts to find out whether the upstream is back.
#
# Prints the times; MARGIN_MS on top of the bar is for machines busy with other things.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

IMAGE=registry.test:5443/team/app:v1
BAR_MS=1500
MARGIN_MS=${MARGIN_MS:-300}
ROUNDS=3

main() {
  need_root
  start_next_host
  start_containerd

  say "without Larder"
  hosts "$REGISTRY_PORT"
  measure
  WITHOUT_MS=$TOOK_MS
  say "$WITHOUT_MS ms"

  larder_upstream "http://127.0.0.1:$REGISTRY_PORT"
  hosts "$LARDER_PORT" "$REGISTRY_PORT"
  say "Larder is not running"
  measure
  expect_little_added

  breaking_upstream
  black_hole
  black_hole_and_late_host
  dead_disk before-the-pull
  dead_disk with-the-image-cached
  dead_disk in-the-middle
  say "passed"
}

breaking_upstream() {
  say "Larder's upstream breaks off in the middle of every layer"
  start_image_registry breaking
  larder_upstream "http://127.0.0.1:$(<"$WORK/breaking.port")"
  hosts "$LARDER_PORT" "$REGISTRY_PORT"
  start_larder
  pull_once
  expect_little_added
  stop "$LARDER_PID"
}

start_image_registry() {
  start "$1" "$PYTHON" -B "$E2E/image_registry.py" "$WORK/$1.port" "$WORK/image" team/app v1 "$1"
  wait_until 20 "$1 registry" test -e "$WORK/$1.port"
}

black_hole() {
  say "Larder's upstream swallows connections"
  start hole "$PYTHON" -B "$ROOT/tests/support/black_hole.py" "$WORK/hole.port"
  wait_until 10 "black hole" test -e "$WORK/hole.port"
  local round
  for ((round = 1; round <= ROUNDS; round++)); do
    CACHE=$WORK/cache-$round
    larder_upstream "http://127.0.0.1:$(<"$WORK/hole.port")"
    hosts "$LARDER_PORT" "$REGISTRY_PORT"
    start_larder
    pull_once  # the first one after the upstream was lost
    expect_little_added
    say "and once more, now that Larder knows"
    pull_once
    expect_little_added
    stop "$LARDER_PID"
  done
}

black_hole_and_late_host() {
  start_image_registry late
  local late without_ms=$WITHOUT_MS
  late=$(<"$WORK/late.port")
  say "the next host takes its time; without Larder"
  hosts "$late"
  pull_once
  WITHOUT_MS=$TOOK_MS
  say "$WITHOUT_MS ms; with Larder, whose upstream swallows connections"
  CACHE=$WORK/cache-late
  larder_upstream "http://127.0.0.1:$(<"$WORK/hole.port")"
  hosts "$LARDER_PORT" "$late"
  start_larder
  pull_once
  expect_little_added
  stop "$LARDER_PID"
  WITHOUT_MS=$without_ms
}

# dead_disk WHEN: every read and write of the cache directory fails from some moment on.
dead_disk() {
  say "Larder's disk dies $1"
  mount_disk "disk-$1" 64
  CACHE=$DISK/cache CACHE_LIMITS="budget: 100%, free_floor: 1MiB"
  larder_upstream "http://127.0.0.1:$REGISTRY_PORT"
  hosts "$LARDER_PORT" "$REGISTRY_PORT"
  start_larder
  [[ $1 != with-the-image-cached ]] || pull_once
  if [[ $1 == in-the-middle ]]; then
    (wait_until 20 "byte on the disk" compgen -G "$CACHE/partial/*" && kill_disk) &
    pull_once
    wait "$!" || fail "the disk did not die"
  else
    kill_disk
    pull_once
  fi
  expect_little_added
  say "and once more"
  pull_once
  expect_little_added
  kill -0 "$LARDER_PID" || fail "Larder died of it"
  kill_larder
  umount "$DISK"
}

# As a disk that has gone: ext4 answers EIO to everything but what it remembers of folders.
kill_disk() {
  "$PYTHON" -c 'import fcntl, os, struct, sys
EXT4_IOC_SHUTDOWN, WITHOUT_FLUSHING = 0x8004587D, 2
folder = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))' "$DISK"
  ! touch "$DISK/file" 2>/dev/null || fail "the disk still lives"
}

# docker-registry with the image.
start_next_host() {
  start_registry
  make_image image --layers 3 --big-bytes $((16 << 20)) >/dev/null
  skopeo copy -q --dest-tls-verify=false "oci:$WORK/image:v1" \
    "docker://127.0.0.1:$REGISTRY_PORT/team/app:v1"
}

# larder_upstream URL: a config whose registry.test is there; deadlines are the default ones.
larder_upstream() {
  write_config <<END
upstreams: [{match: "registry.test:5443", endpoints: ["$1"]}]
END
}

# hosts PORT...: hosts.toml with these, in order.
hosts() {
  local port folder="$WORK/hosts/registry.test:5443"
  mkdir -p "$folder"
  for port; do
    printf '[host."http://127.0.0.1:%s"]\n  capabilities = ["pull", "resolve"]\n' "$port"
  done >"$folder/hosts.toml"
}

# The content alone, as that is what hosts.toml is about; TOOK_MS is how long it took.
pull_once() {
  local began
  ctr -a "$SOCKET" content ls -q | xargs -r ctr -a "$SOCKET" content rm >/dev/null
  began=$(date +%s%N)
  timeout 90 ctr -a "$SOCKET" content fetch --hosts-dir "$WORK/hosts" "$IMAGE" \
    >"$WORK/ctr.log" 2>&1 || fail "containerd's pull"
  TOOK_MS=$((($(date +%s%N) - began) / 1000000))
  ctr -a "$SOCKET" images rm --sync "$IMAGE" >/dev/null
  expect_equal "content left" 0 "$(ctr -a "$SOCKET" content ls -q | wc -l)"
}

# TOOK_MS of ROUNDS pulls: the middle one.
measure() {
  local round all=()
  for ((round = 0; round < ROUNDS; round++)); do
    pull_once
    all+=("$TOOK_MS")
  done
  TOOK_MS=$(printf '%s\n' "${all[@]}" | sort -n | sed -n "$(((ROUNDS + 1) / 2))p")
}

expect_little_added() {
  local added=$((TOOK_MS - WITHOUT_MS)) verdict=within
  ((added <= BAR_MS)) || verdict=over
  say "$TOOK_MS ms: $added ms more than without Larder, $verdict the bar of $BAR_MS ms"
  ((added <= BAR_MS + MARGIN_MS)) || fail "a pull took $added ms longer for having Larder"
}

main
