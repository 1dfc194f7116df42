# shellcheck shell=bash disable=SC2034  # what is set here is read by the tests
# What the end-to-end tests of single blobs share: a slow registry as the upstream, pulls that check
# every byte and what the cache did, a disk of its own.

# start_source NAME COUNT BYTES [ARGUMENTS...]: a slow_registry.py (which tells the arguments) with
# its port in $SOURCE_PORT, its digests in $DIGESTS, what it sent in NAME.sent, its pid in $SOURCE.
start_source() {
  local list=$WORK/$1.list
  rm -f "$list"
  start "$1" "$PYTHON" -B "$E2E/slow_registry.py" "$list" "${@:2}" --log "$WORK/$1.sent"
  SOURCE=$STARTED
  wait_until 20 "slow registry" test -e "$list"
  SOURCE_PORT=$(head -n 1 "$list")
  mapfile -t DIGESTS < <(tail -n +2 "$list")
}

# sent_bytes NAME DIGEST: what the source has sent of a blob, once it has noticed the end.
sent_bytes() {
  sleep 0.3
  awk -v digest="$2" '$2 == digest { sum += $4 } END { printf "%d\n", sum }' "$WORK/$1.sent"
}

# from_source: the part of a config that names the source of start_source.
from_source() {
  echo "upstreams: [{match: registry.test, endpoints: ['http://127.0.0.1:$SOURCE_PORT']}]"
}

# Of one blob: its URL through larder, its file in the cache.
blob_url() { echo "http://127.0.0.1:$LARDER_PORT/v2/registry.test/app/blobs/$1"; }
blob_file() { echo "${CACHE:-$WORK/cache}/blobs/sha256/${1:7:2}/${1#sha256:}"; }

# flip_byte FILE OFFSET: turns all bits of that byte over.
flip_byte() {
  "$PYTHON" -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(-1, 1)
    file.write(bytes([byte ^ 255]))' "$1" "$2"
}

# pull DIGEST: a whole blob, right to the last byte. What the cache did is in $CACHE_STATUS.
pull() {
  local got
  curl -fsS -m 60 -D "$WORK/head" -o "$WORK/body" "$(blob_url "$1")" || fail "the pull of $1"
  got=$(sha256sum <"$WORK/body" | cut -d ' ' -f 1)
  expect_equal "digest of a body" "${1#sha256:}" "$got"
  CACHE_STATUS=$(tr -d '\r' <"$WORK/head" | sed -n 's/^cache-status: *//Ip')
}

# pull_as hit|miss DIGEST...: each is that.
pull_as() {
  local digest
  for digest in "${@:2}"; do
    pull "$digest"
    if [[ $CACHE_STATUS == *\;\ hit* ]]; then
      [[ $1 == hit ]] || fail "$digest is still a hit"
    else
      [[ $1 == miss ]] || fail "$digest is no hit: $CACHE_STATUS"
    fi
  done
}

# await_hit DIGEST: a blob is published in the background.
await_hit() { wait_until 10 "hit of $1" is_hit "$1"; }
is_hit() { curl -fsS -m 5 -I "$(blob_url "$1")" | grep -qiE '^cache-status:.*; hit'; }

# mount_disk NAME MEBIBYTES: a file system of its own in $WORK/NAME.img, at $DISK.
mount_disk() {
  DISK=$WORK/$1
  mkdir -p "$DISK"
  truncate -s "$2M" "$DISK.img"
  mkfs.ext4 -q -m 0 -O ^has_journal "$DISK.img"
  mount -o loop,errors=remount-ro "$DISK.img" "$DISK" 2>/dev/null ||
    { echo "needs loop devices"; exit 77; }
}

# Bytes that anybody may still write to $DISK.
free_bytes() { echo $(($(stat -f -c '%a * %S' "$DISK"))); }
